import Logging
import NIOCore

/// One connection: cuts the stream into requests, hands them to the broker and sends the answers in order.
///
/// Belongs to the connection's event loop.
final class ConnectionHandler: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What all connections share.
    struct Shared: Sendable {
        let broker: NIOLoopBound<Broker>
        let brokerLoop: any EventLoop
        let limits: KafkaDevLimits
        let requestBudget: ByteBudget
        let fetchBudget: ByteBudget
        let registry: ConnectionRegistry
        let logger: Logger
    }

    private let shared: Shared
    private let number: UInt64
    private var clientHost = ""
    private var input = ByteBuffer()
    /// The length of the request that is being received, once it has its share of the budget.
    private var frameLength: Int?
    private var isWaitingForBudget = false
    private var pipeline: RequestPipeline
    private var context: ChannelHandlerContext?
    private var hasHeldRead = false
    private var isClosing = false
    private var frameTimer: Scheduled<Void>?
    private var idleTimer: Scheduled<Void>?
    private var lastActivity = NIODeadline.now()

    init(shared: Shared, number: UInt64) {
        self.shared = shared
        self.number = number
        self.pipeline = RequestPipeline(produceMax: shared.limits.produceRequestsInFlightMax)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelActive(context: ChannelHandlerContext) {
        self.clientHost = context.remoteAddress?.ipAddress ?? ""
        self.startIdleTimer(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.isClosing = true
        self.frameTimer?.cancel()
        self.idleTimer?.cancel()
        self.shared.requestBudget.release(self.pipeline.bytes + (self.frameLength ?? 0))
        self.frameLength = nil
        self.pipeline = RequestPipeline(produceMax: 1)
        self.shared.registry.remove(self.number)
        let (number, broker) = (self.number, self.shared.broker)
        self.shared.brokerLoop.execute { broker.value.connectionClosed(number) }
        self.context = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.shared.logger.debug("connection failed", metadata: ["reason": "\(error)", "client": "\(self.clientHost)"])
        self.close()
    }

    // MARK: - Reading

    func read(context: ChannelHandlerContext) {
        if self.mayRead {
            context.read()
        } else {
            self.hasHeldRead = true
        }
    }

    private var mayRead: Bool {
        !self.isWaitingForBudget && self.pipeline.wantsMore
    }

    private func resumeReading() {
        guard self.hasHeldRead, self.mayRead, let context else { return }
        self.hasHeldRead = false
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        self.lastActivity = .now()
        if self.input.readableBytes == 0 {
            self.input = bytes
        } else {
            self.input.writeBuffer(&bytes)
        }
        self.takeFrames()
    }

    private func takeFrames() {
        while !self.isClosing, !self.isWaitingForBudget {
            guard let length = self.frameLength ?? self.beginFrame() else { break }
            guard self.input.readableBytes >= length else {
                self.makeRoom(for: length)
                break
            }
            self.frameTimer?.cancel()
            self.frameTimer = nil
            self.frameLength = nil
            guard let frame = self.input.readSlice(length: length) else { break }
            self.pipeline.received(frame)
            // A request's memory ends with it, so what follows begins in memory of its own.
            self.input = self.input.readableBytes == 0 ? ByteBuffer() : self.input.withOwnBytes()
            self.work()
        }
        self.resumeReading()
    }

    /// Reads the length of the next request and takes its share of the budget.
    private func beginFrame() -> Int? {
        guard let value = self.input.getInteger(at: self.input.readerIndex, as: Int32.self) else { return nil }
        let length = Int(value)
        guard length >= 8, length <= self.shared.limits.requestBytesMax else {
            self.shared.logger.info(
                "connection closed: not a request, or too long a one",
                metadata: ["bytes": "\(length)", "client": "\(self.clientHost)"]
            )
            self.close()
            return nil
        }
        guard let context else { return nil }
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let isGiven = self.shared.requestBudget.take(length) {
            loop.execute { handler.value.budgetFreed() }
        }
        guard isGiven else {
            self.isWaitingForBudget = true
            return nil
        }
        self.input.moveReaderIndex(forwardBy: 4)
        self.frameLength = length
        return length
    }

    private func budgetFreed() {
        guard !self.isClosing else { return }
        self.isWaitingForBudget = false
        self.takeFrames()
    }

    /// The rest of a request is under way.
    private func makeRoom(for length: Int) {
        self.input.reserveCapacity(minimumWritableBytes: length - self.input.readableBytes)
        guard self.frameTimer == nil, let context else { return }
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let time = TimeAmount.milliseconds(self.shared.limits.requestTime.wholeMilliseconds)
        self.frameTimer = context.eventLoop.scheduleTask(in: time) { handler.value.close() }
    }

    // MARK: - Working

    private func work() {
        guard let context, !self.isClosing else { return }
        // Who does not read its answers gets no new ones.
        while context.channel.isWritable, let (slot, frame) = self.pipeline.next() {
            let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
            let loop = context.eventLoop
            let (broker, number, host) = (self.shared.broker, self.number, self.clientHost)
            self.shared.brokerLoop.execute {
                broker.value.receive(frame, connection: number, clientHost: host) { reply in
                    loop.execute { handler.value.replied(slot, reply) }
                }
            }
        }
    }

    private func replied(_ slot: RequestPipeline.Slot, _ reply: BrokerCall.Reply) {
        guard let context, !self.isClosing else {
            if case .frame(_, let budgeted) = reply { self.shared.fetchBudget.release(budgeted) }
            return
        }
        self.pipeline.replied(slot, reply)
        var hasWritten = false
        while !self.isClosing, let (reply, frameBytes) = self.pipeline.nextReply() {
            self.shared.requestBudget.release(frameBytes)
            switch reply {
            case .nothing: break
            case .close: self.close()
            case .frame(let frame, let budgeted):
                hasWritten = true
                let promise = budgeted > 0 ? context.eventLoop.makePromise(of: Void.self) : nil
                let budget = self.shared.fetchBudget
                promise?.futureResult.whenComplete { _ in budget.release(budgeted) }
                context.write(self.wrapOutboundOut(frame), promise: promise)
            }
        }
        if hasWritten {
            self.lastActivity = .now()
            context.flush()
        }
        self.work()
        self.resumeReading()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.work()
        self.resumeReading()
        context.fireChannelWritabilityChanged()
    }

    // MARK: - Ending

    private func startIdleTimer(_ context: ChannelHandlerContext) {
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let time = TimeAmount.milliseconds(self.shared.limits.idleTime.wholeMilliseconds)
        self.idleTimer = context.eventLoop.scheduleTask(deadline: self.lastActivity + time) {
            let handler = handler.value
            guard let context = handler.context else { return }
            if handler.lastActivity + time <= .now() {
                handler.close()
            } else {
                handler.startIdleTimer(context)
            }
        }
    }

    private func close() {
        guard !self.isClosing else { return }
        self.isClosing = true
        self.context?.close(promise: nil)
    }
}
