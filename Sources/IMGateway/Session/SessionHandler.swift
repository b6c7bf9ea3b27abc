import IMProtocol
import Logging
import NIOCore
import SwiftProtobuf

/// One long connection after admission: bytes in, frames out, requests one after another.
///
/// Bound to its channel's event loop; other threads reach it through `SessionHandle`. It is the only handler of its
/// pipeline. Replies and pushes are written at once while the socket takes them (NIO's high watermark of 64 KB); beyond
/// that they queue here, and no further request is started until the queue is empty.
final class SessionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let identity: SessionIdentity
    let node: GatewayNode
    let loop: GatewayLoop
    private let isConfirmed: Bool
    private var context: ChannelHandlerContext?
    private var id: UInt64?
    private var state = SessionState.open
    private var decoder: InboundFrameDecoder
    private var requests: RequestQueue
    private var frames: FrameQueue
    private var readIsHeld = false
    private var isTakingFrames = false
    private var lastHeardTick: Int
    private var lastPingTick: Int
    /// What request 2004 has set; matters for pushes to iOS only.
    private var isInBackground = false

    /// `isConfirmed` says whether the client waits for the confirmation frame.
    init(identity: SessionIdentity, node: GatewayNode, loop: GatewayLoop, isConfirmed: Bool) {
        self.identity = identity
        self.node = node
        self.loop = loop
        self.isConfirmed = isConfirmed
        self.decoder = InboundFrameDecoder(messageBytesMax: node.configuration.frameBytesMax)
        self.requests = RequestQueue(waitingMax: node.configuration.requestsWaitingMax)
        self.frames = FrameQueue(framesMax: node.configuration.framesQueuedMax)
        self.lastHeardTick = loop.tick
        self.lastPingTick = loop.tick
    }
}

// MARK: - Channel events

extension SessionHandler {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        guard context.channel.isActive else {
            self.state = .closed
            self.node.counters.connections.add(-1)
            return
        }
        self.loop.add(self)
        self.node.counters.admitted.add()
        if self.isConfirmed {
            // Before the registration: the confirmation is the first frame, whatever is pushed.
            self.write(WebSocketOutput.frame(WebSocketOutput.text, AdmissionAnswer.confirmation))
        }
        let bound = NIOLoopBound(self, eventLoop: self.loop.eventLoop)
        let registration = self.node.registry.register(self.identity) {
            SessionHandle(id: $0, identity: self.identity, handler: bound)
        }
        self.id = registration.id
        self.node.carryOut(registration, of: self.identity)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.leave()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.leave()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.node.logger.debug("connection failed", metadata: self.logMetadata("\(error)"))
        context.close(promise: nil)
    }

    func read(context: ChannelHandlerContext) {
        if self.state.isOpen, !self.requests.hasRoom {
            self.readIsHeld = true
        } else {
            context.read()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.state.isOpen else { return }
        self.decoder.append(self.unwrapInboundIn(data))
        self.takeFrames()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.writeQueued()
        if self.frames.isEmpty { self.allWritten() }
        context.fireChannelWritabilityChanged()
    }

    /// Takes the connection out of every table; once.
    private func leave() {
        if case .closed = self.state { return }
        self.state = .closed
        self.loop.remove(self)
        self.node.counters.connections.add(-1)
        if let id = self.id {
            self.node.registry.remove(userID: self.identity.userID, id: id)
        }
        self.requests.removeWaiting()
        self.frames.removeAll()
    }
}

// MARK: - What others ask of a connection, on its event loop

extension SessionHandler {
    /// What became of a pushed frame.
    enum PushResult: Equatable {
        /// Written, or queued to be written; it is lost only with the connection.
        case taken
        /// The connection is ending.
        case closed
        /// An iOS app in the background: pushed by Apple instead.
        case inBackground
    }

    /// Sends a frame that no request asked for.
    func push(_ frame: ByteBuffer) -> PushResult {
        guard self.state.canSend else { return .closed }
        guard !(self.isInBackground && self.identity.platform == .iOS) else { return .inBackground }
        return self.send(frame) ? .taken : .closed
    }

    /// Tells the client that it is thrown out and ends the connection.
    func kick() {
        guard self.state.canSend else { return }
        self.node.counters.kicked.add()
        do {
            let response = ResponseEnvelope(identifier: GatewayOperation.kick.rawValue)
            let identity = self.identity
            self.end(with: try self.loop.encode(response, identity.encoding, isCompressed: identity.isCompressed))
        } catch {
            self.cut()
        }
    }

    /// The process stops: answers the request that runs, then says goodbye.
    func shutDown() {
        guard self.state.isOpen else { return }
        self.requests.removeWaiting()
        if self.requests.isBusy {
            self.state = .stopping
        } else {
            self.end(with: WebSocketOutput.closeFrame(1001))
        }
    }

    /// Closes at once; what is queued is lost.
    func cut() {
        self.context?.close(promise: nil)
    }

    /// One step of the event loop's clock.
    func tick() {
        let configuration = self.node.configuration
        switch self.state {
        case .closed: return
        case .draining(let untilTick):
            if self.loop.tick >= untilTick { self.cut() }
        case .open, .stopping:
            if self.loop.tick - self.lastHeardTick > configuration.ticks(configuration.readTimeout) {
                // While we do not read because our own services are slow, silence is no fault of the client.
                if self.readIsHeld, self.requests.isBusy { return }
                self.node.counters.timedOut.add()
                self.cut()
            } else if self.identity.platform == .web,
                self.loop.tick - self.lastPingTick >= configuration.ticks(configuration.webPingInterval)
            {
                self.lastPingTick = self.loop.tick
                _ = self.send(WebSocketOutput.frame(WebSocketOutput.ping, []))
            }
        }
    }
}

// MARK: - Incoming

extension SessionHandler {
    /// Takes complete frames out of what was read, as long as there is room for requests.
    ///
    /// Writing an answer can make the channel report that it is writable again, and that leads here once more; the call
    /// that is under way goes on then, or a client could drive the stack as deep as it likes.
    private func takeFrames() {
        guard !self.isTakingFrames else { return }
        self.isTakingFrames = true
        defer { self.isTakingFrames = false }
        do {
            while self.state.isOpen, self.requests.hasRoom, let event = try self.decoder.next() {
                self.lastHeardTick = self.loop.tick
                self.take(event)
            }
            self.decoder.compact()
        } catch {
            self.node.counters.violations.add()
            self.end(with: WebSocketOutput.closeFrame(error.closeCode))
        }
    }

    private func take(_ event: InboundFrameDecoder.Event) {
        switch event {
        case .binary(let payload):
            self.requests.append(payload)
            self.startRequests()
        case .text(let payload):
            switch TextHeartbeat(payload) {
            case .ping(let answer): _ = self.send(WebSocketOutput.frame(WebSocketOutput.text, answer))
            case .pong: break
            case nil: self.endWithoutReply("a text frame that is no heartbeat")
            }
        case .ping(let payload):
            self.frames.setPong(WebSocketOutput.frame(WebSocketOutput.pong, payload))
            self.writeQueued()
        case .pong:
            break
        case .close(let payload):
            // The peer takes no more data frames; the answer carries the same code.
            self.frames.removeAll()
            self.end(with: WebSocketOutput.frame(WebSocketOutput.close, Array(payload.prefix(2))))
        }
    }

    /// Starts requests until one is running, none waits, or the client does not read its replies.
    private func startRequests() {
        while self.state.isOpen, self.frames.isEmpty, let payload = self.requests.begin() {
            do {
                let request = try self.loop.decodeRequest(payload, for: self.identity)
                guard request.sendID.hasSameBytes(as: self.identity.userID) else {
                    return self.endWithoutReply("a request of another user")
                }
                try self.start(request)
            } catch {
                return self.endWithoutReply("\(error)")
            }
        }
    }

    private func start(_ request: RequestEnvelope) throws {
        switch GatewayOperation(rawValue: request.identifier) {
        case nil, .push, .kick:
            self.endWithoutReply("request \(request.identifier)")
        case .setBackground:
            self.requests.finish()
            try self.reply(self.setBackground(request))
        case .logout:
            self.call(request, closesAfterwards: true)
        default:
            self.call(request, closesAfterwards: false)
        }
    }

    private func setBackground(_ request: RequestEnvelope) -> ResponseEnvelope {
        guard let message = try? Openim_Sdkws_SetAppBackgroundStatusReq(serializedBytes: request.data) else {
            // Which byte is wrong does not matter to the client; the code says that the message is.
            return ResponseEnvelope(answering: request, error: IMError(.serverInternal))
        }
        self.isInBackground = message.isBackground
        return ResponseEnvelope(answering: request, data: [])
    }

    private func call(_ request: RequestEnvelope, closesAfterwards: Bool) {
        let bound = NIOLoopBound(self, eventLoop: self.loop.eventLoop)
        let counters = self.node.counters
        counters.requestsRunning.add()
        self.node.dispatcher.handle(request, from: self.identity, on: self.loop.eventLoop) { response in
            counters.requestsRunning.add(-1)
            bound.value.finish(response, closesAfterwards: closesAfterwards)
        }
    }

    /// A service has answered the running request.
    private func finish(_ response: ResponseEnvelope, closesAfterwards: Bool) {
        self.requests.finish()
        guard self.state.canSend else { return }
        do {
            try self.reply(response)
        } catch {
            self.cut()
            return
        }
        if case .stopping = self.state {
            self.end(with: WebSocketOutput.closeFrame(1001))
        } else if closesAfterwards {
            self.end(with: nil)
        } else {
            self.resume()
        }
    }

    /// Goes on with requests, then with frames that were read but not taken, then with the socket.
    private func resume() {
        self.startRequests()
        self.takeFrames()
        if self.readIsHeld, !self.state.isOpen || self.requests.hasRoom {
            self.readIsHeld = false
            self.context?.read()
        }
    }

    private func reply(_ response: ResponseEnvelope) throws {
        let identity = self.identity
        _ = self.send(try self.loop.encode(response, identity.encoding, isCompressed: identity.isCompressed))
    }
}

// MARK: - Outgoing

extension SessionHandler {
    /// Writes or queues a frame; false when the connection had to be closed because the queue is full.
    private func send(_ frame: ByteBuffer) -> Bool {
        guard let context = self.context, self.state.canSend else { return false }
        if self.frames.isEmpty, context.channel.isWritable {
            self.write(frame)
            return true
        }
        guard self.frames.append(frame) else {
            self.node.counters.overflowed.add()
            self.node.logger.debug("outgoing queue full, connection closed", metadata: self.logMetadata(nil))
            self.cut()
            return false
        }
        return true
    }

    private func write(_ frame: ByteBuffer) {
        self.context?.writeAndFlush(self.wrapOutboundOut(frame), promise: nil)
    }

    /// Writes queued frames while the socket takes them.
    private func writeQueued() {
        guard let context = self.context else { return }
        var hasWritten = false
        while context.channel.isWritable, let frame = self.frames.popFirst() {
            context.write(self.wrapOutboundOut(frame), promise: nil)
            hasWritten = true
        }
        if hasWritten { context.flush() }
    }

    /// Nothing is queued any more: requests go on, or a draining connection closes its side.
    private func allWritten() {
        switch self.state {
        case .open: self.resume()
        case .draining: self.context?.close(mode: .output, promise: nil)
        case .stopping, .closed: break
        }
    }

    /// Ends the connection without an answer to what the client has sent.
    private func endWithoutReply(_ reason: String) {
        self.node.counters.violations.add()
        self.node.logger.debug("connection ended", metadata: self.logMetadata(reason))
        self.end(with: nil)
    }

    /// Writes what is queued, then `last`, and closes our side.
    ///
    /// The peer has a moment to close its own: closing at once with
    /// unread bytes in the socket would make the kernel send a reset, and the last frames would be lost.
    private func end(with last: ByteBuffer?) {
        guard self.state.canSend else { return }
        let configuration = self.node.configuration
        let linger = min(configuration.handshakeTimeout, .seconds(5))
        self.state = .draining(untilTick: self.loop.tick + configuration.ticks(linger))
        if let id = self.id {
            self.node.registry.remove(userID: self.identity.userID, id: id)
        }
        self.requests.removeWaiting()
        if let last { self.frames.appendLast(last) }
        self.writeQueued()
        if self.frames.isEmpty { self.allWritten() }
        if self.readIsHeld {
            self.readIsHeld = false
            self.context?.read()
        }
    }

    private func logMetadata(_ error: String?) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            LogKey.connectionID: "\(self.identity.connectionID)", LogKey.userID: "\(self.identity.userID)",
        ]
        if let error { metadata[LogKey.error] = "\(error)" }
        return metadata
    }
}
