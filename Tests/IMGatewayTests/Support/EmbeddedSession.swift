import IMProtocol
import Logging
import NIOCore
import NIOEmbedded

@testable import IMGateway

/// A session on an embedded channel: no sockets, no threads, and a clock that a test moves.
///
/// Requests that reach a service are not answered here, for the answer would come from another thread.
struct EmbeddedSession {
    let channel = EmbeddedChannel()
    let handler: SessionHandler
    let loop: GatewayLoop
    let node: GatewayNode

    init(
        platform: Platform = .iOS,
        isConfirmed: Bool = false,
        _ configure: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = GatewayConfiguration { $0 }
        configure(&configuration)
        self.node = GatewayNode(
            configuration: configuration,
            authenticator: Authenticator(auth: FakeAuth()),
            dispatcher: RequestDispatcher(messages: FakeMessages(), logger: Logger(label: "test")),
            logger: Logger(label: "test")
        )
        self.loop = try GatewayLoop(eventLoop: self.channel.embeddedEventLoop, configuration: configuration)
        let request = try AdmissionRequest(
            uri: "/?sendID=u&token=t&operationID=o&platformID=\(platform.rawValue)",
            compressionHeader: nil
        )
        self.handler = SessionHandler(
            identity: SessionIdentity(admitting: request, connectionID: "id", isAdmin: false),
            node: self.node,
            loop: self.loop,
            isConfirmed: isConfirmed
        )
        self.node.counters.connections.add()
        try self.channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try self.channel.pipeline.syncOperations.addHandler(self.handler)
    }

    /// Delivers bytes as the socket would.
    func receive(_ bytes: [UInt8]) throws {
        try self.channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    /// All frames written so far.
    func written() throws -> [[UInt8]] {
        var frames: [[UInt8]] = []
        while let buffer = try self.channel.readOutbound(as: ByteBuffer.self) {
            frames.append(Array(buffer.readableBytesView))
        }
        return frames
    }

    /// Says whether the socket takes more.
    func setWritable(_ isWritable: Bool) {
        self.channel.isWritable = isWritable
        self.channel.pipeline.fireChannelWritabilityChanged()
        self.channel.embeddedEventLoop.run()
    }

    /// A request 2004, which is answered without a service.
    static func request(_ number: Int) -> [UInt8] {
        let request = RequestEnvelope(identifier: 2004, sendID: "u", messageIncrement: "\(number)")
        return RawConnection.frame(2, EnvelopeEncoding.gob.encode(request))
    }
}
