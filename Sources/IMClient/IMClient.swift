package import IMProtocol
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
package import SwiftProtobuf

/// A client of the gateway's long connection, for tests and for the load generator.
///
/// It speaks the protocol as OpenIM's own clients do, without their database: requests may be pipelined, nothing is synced
/// by itself, and it does not reconnect. Used from any thread.
package final class IMClient: Sendable {
    /// What the server pushes, for one reader.
    ///
    /// Ends with the connection.
    ///
    /// At most `pushesBufferedMax` wait for the reader; then the oldest is dropped and counted in `pushesDropped`.
    package var pushes: AsyncStream<Openim_Sdkws_PushMessages> { self.outlet.pushes }
    /// One element when the server says that the user is thrown out, for one reader.
    ///
    /// Ends with the connection.
    package var kicks: AsyncStream<Void> { self.outlet.kicks }
    /// The pushes that were dropped because nobody read them.
    package var pushesDropped: Int { self.outlet.droppedCount }
    /// Whether the TCP connection is open.
    package var isConnected: Bool { self.channel.isActive }

    private let channel: any Channel
    private let handler: NIOLoopBoundBox<ClientSessionHandler?>
    private let outlet: PushOutlet

    private init(channel: any Channel, handler: NIOLoopBoundBox<ClientSessionHandler?>, outlet: PushOutlet) {
        self.channel = channel
        self.handler = handler
        self.outlet = outlet
    }

    /// Connects with the most common settings.
    ///
    /// - Parameters:
    ///   - host: the gateway's host name or address.
    ///   - port: its TCP port.
    ///   - userID: the user that connects.
    ///   - token: the user's login token for the platform.
    ///   - platformID: the platform's number.
    ///   - encoding: how envelopes are written.
    ///   - compression: whether frames are compressed.
    ///   - isMessageResponse: whether to ask for the confirmation frame.
    /// - Returns: a client that is admitted.
    /// - Throws: `IMError` with the server's code, or 90004 when the network fails.
    package static func connect(
        host: String,
        port: Int,
        userID: String,
        token: String,
        platformID: Int32,
        encoding: EnvelopeEncoding = .gob,
        compression: Bool = true,
        isMessageResponse: Bool = false
    ) async throws -> IMClient {
        var configuration = IMClientConfiguration(
            host: host,
            port: port,
            userID: userID,
            token: token,
            platformID: platformID
        )
        configuration.encoding = encoding
        configuration.isCompressed = compression
        configuration.wantsResponse = isMessageResponse
        return try await self.connect(configuration)
    }

    /// Connects and waits until the server has admitted the client.
    ///
    /// - Throws: `IMError` with the server's code, or 90004 when the network fails or `connectTimeout` is over.
    package static func connect(
        _ configuration: IMClientConfiguration,
        engine: IMClientEngine = .shared
    ) async throws -> IMClient {
        let eventLoop = engine.next()
        let admitted = eventLoop.makePromise(of: Void.self)
        let outlet = PushOutlet(bufferedMax: configuration.pushesBufferedMax)
        let handler = NIOLoopBoundBox<ClientSessionHandler?>.makeBoxSendingValue(nil, eventLoop: eventLoop)
        let timeout = TimeAmount(configuration.connectTimeout)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: eventLoop)
                .connectTimeout(timeout)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let session = ClientSessionHandler(
                            configuration: configuration,
                            codec: engine.codec(of: eventLoop),
                            outlet: outlet,
                            admitted: admitted
                        )
                        handler.value = session
                        try self.configure(channel, configuration, session)
                    }
                }
                .connect(host: configuration.host, port: configuration.port)
                .get()
        } catch {
            let reason = IMError(.network, "cannot connect: \(error)")
            eventLoop.execute {
                // The handler fails the promise, once; without one the channel was never made.
                if let session = handler.value { session.fail(reason) } else { admitted.fail(reason) }
            }
            try await admitted.futureResult.get()
            throw reason
        }
        let handshakeTimeout: Scheduled<Void> = eventLoop.scheduleTask(in: timeout) {
            handler.value?.fail(IMError(.network, "no handshake in time"))
            channel.close(promise: nil)
        }
        defer { handshakeTimeout.cancel() }
        try await admitted.futureResult.get()
        return IMClient(channel: channel, handler: handler, outlet: outlet)
    }

    /// Sends a request and waits for its reply.
    ///
    /// Replies come in the order of requests. Cancelling the task does not end the wait; `requestTimeout` does.
    ///
    /// - Parameters:
    ///   - identifier: the number of the operation.
    ///   - data: the request message in protobuf.
    ///   - operationID: the trace id.
    /// - Returns: the reply's data.
    /// - Throws: `IMError` with the server's code, or 90004 when there is no reply.
    package func request(
        _ identifier: Int32,
        data: [UInt8],
        operationID: String = "im-client"
    ) async throws -> [UInt8] {
        let handler = self.handler
        let response = try await self.channel.eventLoop.flatSubmit { () -> EventLoopFuture<ResponseEnvelope> in
            guard let session = handler.value else {
                return handler.eventLoop.makeFailedFuture(IMError(.network, "connection closed"))
            }
            return session.request(identifier, data, operationID: operationID)
        }.get()
        if let error = IMError(reply: response) { throw error }
        return response.data
    }

    /// Sends a request message and waits for its reply message.
    ///
    /// - Throws: as `request(_:data:operationID:)`.
    package func request<Reply: Message>(
        _ identifier: Int32,
        _ message: some Message,
        operationID: String = "im-client"
    ) async throws -> Reply {
        let data: [UInt8] = try message.serializedBytes()
        return try Reply(serializedBytes: try await self.request(identifier, data: data, operationID: operationID))
    }

    /// Says goodbye and waits until the connection is closed, at most two seconds; then cuts it.
    package func close() async {
        let handler = self.handler
        let channel = self.channel
        channel.eventLoop.execute {
            var code = ByteBuffer()
            code.write(webSocketErrorCode: .normalClosure)
            handler.value?.write(.connectionClose, code)
        }
        let cut = channel.eventLoop.scheduleTask(in: .seconds(2)) { channel.close(promise: nil) }
        await self.waitUntilClosed()
        cut.cancel()
    }

    /// Returns when the connection is closed, by whichever side.
    package func waitUntilClosed() async {
        // Fails only with the error that closed the channel, which waiting requests have got.
        try? await self.channel.closeFuture.get()
    }

    private static func configure(
        _ channel: any Channel,
        _ configuration: IMClientConfiguration,
        _ session: ClientSessionHandler
    ) throws {
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
        let handshake = ClientHandshakeHandler(
            configuration: configuration,
            session: session,
            encoder: encoder,
            decoder: decoder
        )
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(encoder)
        try pipeline.addHandler(decoder)
        try pipeline.addHandler(handshake)
    }
}
