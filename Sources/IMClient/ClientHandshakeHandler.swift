import IMProtocol
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Sends the upgrade request and replaces the HTTP handlers by the session's; or fails with what the server says.
final class ClientHandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// More of a refusal's body than this is not kept.
    private static let bodyBytesMax = 4096
    /// The most bytes of one frame from a server, on the wire (OpenIM's clients accept as much).
    private static let frameBytesMax = 1 << 20

    private let configuration: IMClientConfiguration
    private let session: ClientSessionHandler
    private let encoder: HTTPRequestEncoder
    private let decoder: ByteToMessageHandler<HTTPResponseDecoder>
    private let upgrader = NIOWebSocketClientUpgrader(
        upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }
    )
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []

    init(
        configuration: IMClientConfiguration,
        session: ClientSessionHandler,
        encoder: HTTPRequestEncoder,
        decoder: ByteToMessageHandler<HTTPResponseDecoder>
    ) {
        self.configuration = configuration
        self.session = session
        self.encoder = encoder
        self.decoder = decoder
    }

    func channelActive(context: ChannelHandlerContext) {
        var headers = HTTPHeaders()
        headers.add(name: "Host", value: "\(self.configuration.host):\(self.configuration.port)")
        headers.add(name: "Connection", value: "Upgrade")
        headers.add(name: "Upgrade", value: "websocket")
        self.upgrader.addCustom(upgradeRequestHeaders: &headers)
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: self.configuration.uri, headers: headers)
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.session.fail(IMError(.network, "connection closed during the handshake"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.session.fail(IMError(.network, "handshake failed: \(error)"))
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let bytes):
            self.body.append(contentsOf: bytes.readableBytesView.prefix(Self.bodyBytesMax - self.body.count))
        case .end: self.finish(context)
        }
    }

    private func finish(_ context: ChannelHandlerContext) {
        guard let head = self.head, head.status == .switchingProtocols,
            self.upgrader.shouldAllowUpgrade(upgradeResponse: head)
        else {
            self.session.fail(self.refusal())
            context.close(promise: nil)
            return
        }
        let pipeline = context.pipeline.syncOperations
        let channel = context.channel
        pipeline.removeHandler(self.encoder).assumeIsolated().whenComplete { _ in
            do {
                let frames = WebSocketFrameDecoder(maxFrameSize: Self.frameBytesMax)
                try pipeline.addHandler(WebSocketFrameEncoder())
                try pipeline.addHandler(ByteToMessageHandler(frames))
                try pipeline.addHandler(self.session)
            } catch {
                self.session.fail(IMError(.network, "handshake failed: \(error)"))
                channel.close(promise: nil)
                return
            }
            pipeline.removeHandler(self).assumeIsolated().whenComplete { _ in
                pipeline.removeHandler(self.decoder).assumeIsolated().whenComplete { _ in self.session.start() }
            }
        }
    }

    private func refusal() -> IMError {
        let status = self.head.map { "HTTP \($0.status.code)" } ?? "no answer"
        return IMError(answer: self.body) ?? IMError(.network, "handshake refused: \(status)")
    }
}
