import Logging
import NIOCore
import NIOSSL

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
        let authenticator: SASLAuthenticator?
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
    private var gate: ConnectionGate
    private var context: ChannelHandlerContext?
    private var hasHeldRead = false
    private var isClosing = false
    private var frameTimer: Scheduled<Void>?
    private var idleTimer: Scheduled<Void>?
    private var sendTimer: Scheduled<Void>?
    /// The bytes of all answers so far.
    private var answerBytes = 0
    private var lastActivity = NIODeadline.now()

    init(shared: Shared, number: UInt64) {
        self.shared = shared
        self.number = number
        self.pipeline = RequestPipeline(produceMax: shared.limits.produceRequestsInFlightMax)
        self.gate = ConnectionGate(shared.authenticator)
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
        self.sendTimer?.cancel()
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
        // Who sets TLS up looks here first.
        let level: Logger.Level = if case .handshakeFailed? = error as? NIOSSLError { .info } else { .debug }
        self.shared.logger.log(
            level: level,
            "connection failed",
            metadata: ["reason": "\(error)", "client": "\(self.clientHost)"]
        )
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

    /// How long the next request may be.
    private var requestLengths: ClosedRange<Int> {
        let limit = self.shared.limits.requestBytesMax
        guard !self.gate.isOpen else { return 8...limit }
        return (self.gate.expectsBareMessage ? 0 : 8)...min(limit, ConnectionGate.requestBytesMax)
    }

    /// Reads the length of the next request and takes its share of the budget.
    private func beginFrame() -> Int? {
        guard let value = self.input.getInteger(at: self.input.readerIndex, as: Int32.self) else { return nil }
        let length = Int(value)
        guard self.requestLengths.contains(length) else {
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
            if let reply = self.replyOfGate(frame) {
                loop.execute { handler.value.replied(slot, reply) }
                continue
            }
            let (broker, number, host) = (self.shared.broker, self.number, self.clientHost)
            self.shared.brokerLoop.execute {
                broker.value.receive(frame, connection: number, clientHost: host) { reply in
                    loop.execute { handler.value.replied(slot, reply) }
                }
            }
        }
    }

    /// Nil when the broker is to answer.
    private func replyOfGate(_ frame: ByteBuffer) -> BrokerCall.Reply? {
        switch self.gate.receive(frame) {
        case .pass: return nil
        case .answer(let frame): return .frame(frame, budgeted: 0)
        case .refuse(let frame, let reason):
            self.shared.logger.info(
                "client refused",
                metadata: ["reason": "\(reason)", "client": "\(self.clientHost)"]
            )
            return frame.map { .lastFrame($0) } ?? .close
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
            case .lastFrame(let frame): self.close(after: frame)
            case .frame(let frame, let budgeted):
                hasWritten = true
                self.answerBytes += frame.readableBytes
                let promise = budgeted > 0 ? context.eventLoop.makePromise(of: Void.self) : nil
                let budget = self.shared.fetchBudget
                promise?.futureResult.whenComplete { _ in budget.release(budgeted) }
                context.write(self.wrapOutboundOut(frame), promise: promise)
            }
        }
        if hasWritten {
            self.lastActivity = .now()
            context.flush()
            self.watchSending()
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

    /// A client that takes nothing must not keep its answers in memory.
    private func watchSending() {
        guard self.sendTimer == nil, !self.isClosing, let context, let waiting = Self.unsentBytes(context), waiting > 0
        else { return }
        let taken = self.answerBytes - waiting
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let time = TimeAmount.milliseconds(self.shared.limits.sendTime.wholeMilliseconds)
        self.sendTimer = context.eventLoop.scheduleTask(in: time) {
            let handler = handler.value
            handler.sendTimer = nil
            guard let context = handler.context, let waiting = Self.unsentBytes(context) else { return }
            guard handler.answerBytes - waiting == taken else { return handler.watchSending() }
            handler.shared.logger.info(
                "connection closed: the client takes no answers",
                metadata: ["bytes": "\(waiting)", "client": "\(handler.clientHost)"]
            )
            handler.close()
        }
    }

    private static func unsentBytes(_ context: ChannelHandlerContext) -> Int? {
        try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)
    }

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

    /// Sends what is written and closes then.
    private func close(after frame: ByteBuffer) {
        guard !self.isClosing, let context else { return }
        self.isClosing = true
        let handler = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(self.wrapOutboundOut(frame)).whenComplete { _ in handler.value.close(promise: nil) }
    }

    private func close() {
        guard !self.isClosing else { return }
        self.isClosing = true
        self.context?.close(promise: nil)
    }
}
