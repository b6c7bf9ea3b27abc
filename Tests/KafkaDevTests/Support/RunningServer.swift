import Logging
import NIOCore
import NIOPosix
import ServerRuntime
import TestKit

@testable import KafkaDev

/// A whole broker on a port of the system's choice.
struct RunningServer: Sendable {
    let port: Int
    let folder: String

    /// Runs `body` beside a broker that differs in one setting.
    static func with<Value>(
        setting path: WritableKeyPath<KafkaDevConfiguration, Value>,
        to value: Value,
        body: @escaping @Sendable (RunningServer) async throws -> Void
    ) async throws {
        var settings = KafkaDevConfiguration(dataFolder: "")
        settings[keyPath: path] = value
        try await self.with(settings, body: body)
    }

    /// Runs `body` beside a broker in a folder of its own.
    static func with(
        _ settings: KafkaDevConfiguration = KafkaDevConfiguration(dataFolder: ""),
        body: @escaping @Sendable (RunningServer) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder("kafka-dev")
        var configuration = settings
        configuration.dataFolder = folder.path
        configuration.port = 0
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = KafkaDevServer(configuration: configuration, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask {
                let isReady = try await eventually { server.boundPort != nil }
                guard isReady, let port = server.boundPort else { throw CancellationError() }
                try await body(RunningServer(port: port, folder: folder.path))
            }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Sends bytes and collects what comes back until the broker closes or `count` bytes are there.
    ///
    /// - Returns: the bytes, and whether the broker has closed the connection.
    func exchange(_ bytes: ByteBuffer, expecting count: Int = .max) async throws -> (ByteBuffer, isClosed: Bool) {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: self.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var received = ByteBuffer()
            do {
                try await outbound.write(bytes)
                for try await var part in inbound {
                    received.writeBuffer(&part)
                    if received.readableBytes >= count { return (received, false) }
                }
            } catch is IOError {
                // A reset is an end too: the broker closed with bytes unread.
            } catch is ChannelError {
                // So is a connection that was closed before the first byte was sent.
            }
            return (received, true)
        }
    }
}
