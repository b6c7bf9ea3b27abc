import IMProtocol
import Logging
import NIOCore
import NIOHTTP1

/// Answers the HTTP request that every connection starts with: admits and hands over to a `SessionHandler`, or refuses.
///
/// It reads nothing more from the socket until the token is checked, so that a client cannot fill memory meanwhile. Bound
/// to its channel's event loop.
final class AdmissionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = Any
    typealias OutboundOut = HTTPServerResponsePart

    enum State {
        /// The request is not complete.
        case reading(HTTPRequestHead?)
        /// The token is being checked.
        case checking(HTTPRequestHead, AdmissionRequest)
        /// The handshake is being written.
        case upgrading
        /// Refused; the peer has time to read it.
        case closing
        /// Handed over or closed.
        case done
    }

    let node: GatewayNode
    let loop: GatewayLoop
    /// The handlers that speak HTTP, which leave the pipeline with this one.
    let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    let encoder: HTTPResponseEncoder
    var context: ChannelHandlerContext?
    var state = State.reading(nil)
    private var holdsPlace = false
    private var deadlineTick: Int
    private var readIsHeld = false

    init(
        node: GatewayNode,
        loop: GatewayLoop,
        decoder: ByteToMessageHandler<HTTPRequestDecoder>,
        encoder: HTTPResponseEncoder
    ) {
        self.node = node
        self.loop = loop
        self.decoder = decoder
        self.encoder = encoder
        self.deadlineTick = loop.tick + node.configuration.ticks(node.configuration.handshakeTimeout)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.loop.remove(self)
        self.context = nil
        self.releasePlace()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.state = .done
        self.releasePlace()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.node.logger.debug("admission failed", metadata: [LogKey.error: "\(error)"])
        context.close(promise: nil)
    }

    func read(context: ChannelHandlerContext) {
        switch self.state {
        case .reading, .done: context.read()
        case .checking, .upgrading, .closing: self.readIsHeld = true
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .reading(let head) = self.state else { return }
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.state = .reading(head)
        case .body: break
        case .end: if let head { self.begin(head) }
        }
    }

    /// One step of the event loop's clock: closes the connection when its time is over.
    func tick() {
        guard self.loop.tick >= self.deadlineTick else { return }
        self.context?.close(promise: nil)
    }

    /// The process stops: closes the connection.
    func shutDown() {
        self.context?.close(promise: nil)
    }

    private func begin(_ head: HTTPRequestHead) {
        guard self.takePlace() else {
            return self.refuse(IMError(.connectionsOverMax, "over max conn num limit"))
        }
        let request: AdmissionRequest
        do {
            let header = head.headers.first(name: "compression")
            request = try AdmissionRequest(uri: head.uri, compressionHeader: header)
        } catch {
            return self.refuse(error)
        }
        self.state = .checking(head, request)
        let authenticator = self.node.authenticator
        let bound = NIOLoopBound(self, eventLoop: self.loop.eventLoop)
        Task {
            let result: IMError?
            do throws(IMError) {
                try await authenticator.check(request)
                result = nil
            } catch {
                result = error
            }
            bound.eventLoop.execute { bound.value.checked(result) }
        }
    }

    /// The auth service has answered.
    private func checked(_ refusal: IMError?) {
        guard case .checking(let head, let request) = self.state, let context = self.context else { return }
        guard WebSocketHandshake.isAsked(by: head) else {
            guard let refusal, !request.wantsResponse else { return self.answerBadRequest() }
            return self.refuse(refusal)
        }
        if let refusal, !request.wantsResponse { return self.refuse(refusal) }
        self.state = .upgrading
        WebSocketHandshake.response(to: head, channel: context.channel).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let headers): self.upgrade(headers, head, request, refusal)
            case .failure: self.answerBadRequest()
            }
        }
    }

    private func upgrade(
        _ headers: HTTPHeaders,
        _ head: HTTPRequestHead,
        _ request: AdmissionRequest,
        _ refusal: IMError?
    ) {
        guard case .upgrading = self.state, let context = self.context else { return }
        let response = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
        context.write(self.wrapOutboundOut(.head(response)), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        context.pipeline.syncOperations.removeHandler(self.encoder).assumeIsolated().whenComplete { _ in
            if let refusal {
                let frame = WebSocketOutput.frame(WebSocketOutput.text, AdmissionAnswer.refusal(refusal))
                context.writeAndFlush(NIOAny(frame), promise: nil)
                self.close(refusal)
            } else {
                self.handOver(head, request)
            }
        }
    }

    /// Puts the session in this handler's place.
    ///
    /// What the client has sent behind its request goes to the session when the
    /// decoder leaves.
    private func handOver(_ head: HTTPRequestHead, _ request: AdmissionRequest) {
        guard case .upgrading = self.state, let context = self.context else { return }
        let connectionID = self.node.makeConnectionID(
            peer: context.remoteAddress,
            forwarded: head.headers.first(name: "X-Forwarded-For")
        )
        let identity = SessionIdentity(
            admitting: request,
            connectionID: connectionID,
            isAdmin: self.node.configuration.adminUserIDs.contains(request.userID)
        )
        let session = SessionHandler(
            identity: identity,
            node: self.node,
            loop: self.loop,
            isConfirmed: request.wantsResponse
        )
        let pipeline = context.pipeline.syncOperations
        let channel = context.channel
        let decoder = self.decoder
        do {
            try pipeline.addHandler(session)
        } catch {
            context.close(promise: nil)
            return
        }
        // The place among the connections is the session's from here on.
        self.holdsPlace = false
        self.state = .done
        let readIsHeld = self.readIsHeld
        pipeline.removeHandler(self).assumeIsolated().whenComplete { _ in
            channel.pipeline.syncOperations.removeHandler(decoder).assumeIsolated().whenComplete { _ in
                if readIsHeld { channel.read() }
            }
        }
    }

    private func refuse(_ error: IMError) {
        self.answer(.ok, "application/json; charset=utf-8", AdmissionAnswer.refusal(error))
        self.close(error)
    }

    private func answerBadRequest() {
        self.answer(.badRequest, "text/plain; charset=utf-8", Array("Bad Request".utf8))
        self.close(IMError(.args, "no WebSocket handshake"))
    }

    private func answer(_ status: HTTPResponseStatus, _ contentType: String, _ body: [UInt8]) {
        guard let context = self.context else { return }
        var headers = HTTPHeaders()
        headers.add(name: "Content-Type", value: contentType)
        headers.add(name: "Content-Length", value: String(body.count))
        headers.add(name: "Connection", value: "close")
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Ends the connection after what was written, and gives the peer a moment to read it: closing at once with unread
    /// bytes in the socket would make the kernel send a reset, and the answer would be lost.
    private func close(_ reason: IMError) {
        guard let context = self.context else { return }
        self.node.counters.refused.add()
        self.node.logger.debug("connection refused", metadata: [LogKey.error: "\(reason)"])
        self.state = .closing
        self.deadlineTick = min(self.deadlineTick, self.loop.tick + self.node.configuration.ticks(.seconds(1)))
        context.close(mode: .output, promise: nil)
        self.releasePlace()
    }

    private func takePlace() -> Bool {
        self.holdsPlace = true
        guard self.node.counters.connections.add() <= self.node.configuration.connectionsMax else {
            self.releasePlace()
            return false
        }
        return true
    }

    private func releasePlace() {
        guard self.holdsPlace else { return }
        self.holdsPlace = false
        self.node.counters.connections.add(-1)
    }
}
