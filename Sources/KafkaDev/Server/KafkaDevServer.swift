public import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServerRuntime
import Synchronization

/// A single-node broker that speaks Kafka's protocol, for development and tests.
///
/// It has no replication, no transactions, no authorization and no quotas. `run()` does everything; it may be called once.
public final class KafkaDevServer: Sendable {
    private let configuration: KafkaDevConfiguration
    private let logger: Logger
    private let files: any FileLayer
    private let clock: WallClock
    private let port = Mutex<Int?>(nil)

    /// A broker that has not been started.
    ///
    /// - Parameters:
    ///   - configuration: checked by `run()`.
    ///   - logger: told of starts and stops at `info`, and of each thing that went wrong at `warning` or `error`.
    public convenience init(configuration: KafkaDevConfiguration, logger: Logger) {
        self.init(configuration: configuration, logger: logger, files: PosixFileLayer(), clock: .system)
    }

    init(configuration: KafkaDevConfiguration, logger: Logger, files: any FileLayer, clock: WallClock) {
        self.configuration = configuration
        self.logger = logger
        self.files = files
        self.clock = clock
    }

    /// The port that is listened on; nil before the broker is ready.
    public var boundPort: Int? {
        self.port.withLock { $0 }
    }

    /// Reads the data folder, serves until the surrounding task is cancelled, and then stops cleanly.
    ///
    /// - Throws: `KafkaDevError` when it cannot start.
    public func run() async throws {
        try self.configuration.validate()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let brokerGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        var result: Result<Void, any Error>
        do {
            try await self.serve(group, brokerGroup.next(), thread)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        do {
            try await thread.shutdownGracefully()
            try await group.shutdownGracefully()
            try await brokerGroup.shutdownGracefully()
        } catch {
            if case .success = result { result = .failure(error) }
        }
        try result.get()
    }

    private func serve(
        _ group: MultiThreadedEventLoopGroup,
        _ loop: any EventLoop,
        _ thread: NIOThreadPool
    ) async throws {
        // Reads files and derives keys, and here it delays nobody.
        let security = try await loop.submit { try self.openSecurity() }.get()
        let folder = self.configuration.dataFolder
        do throws(StorageError) {
            try self.files.makeFolder(folder)
        } catch {
            throw KafkaDevError(code: .storage, message: "the data folder cannot be used", cause: error)
        }
        let lock = self.files is PosixFileLayer ? try DataFolderLock(folder: folder) : nil
        defer { withExtendedLifetime(lock) {} }
        self.logger.notice(
            "kafka-dev is for development and tests: one node, no replication, no transactions"
        )
        let broker = try await self.open(loop, thread)
        let registry = ConnectionRegistry(limit: self.configuration.limits.connectionsMax)
        do {
            let channel = try await self.listen(group, loop, broker, registry, security)
            try await self.announce(channel, loop, broker)
            await Self.untilCancelled()
            self.port.withLock { $0 = nil }
            try await channel.close().get()
        } catch {
            await self.stop(registry, loop, broker)
            throw error
        }
        await self.stop(registry, loop, broker)
    }

    /// What connections are protected by.
    private struct Security: Sendable {
        let tls: NIOSSLContext?
        let authenticator: SASLAuthenticator?
    }

    private func openSecurity() throws(KafkaDevError) -> Security {
        let (tls, sasl) = (self.configuration.tls, self.configuration.sasl)
        if let sasl, SASLUserFile.isReadableByAll(sasl.userFile) {
            self.logger.warning(
                "every user of this machine can read the passwords",
                metadata: ["file": "\(sasl.userFile)"]
            )
        }
        if let sasl, tls == nil, sasl.mechanisms.contains(.plain) {
            self.logger.notice("passwords can be read on the network: PLAIN is offered without TLS")
        }
        return Security(
            tls: try tls.map { settings throws(KafkaDevError) in try settings.makeContext() },
            authenticator: try sasl.map { settings throws(KafkaDevError) in try SASLAuthenticator(settings) }
        )
    }

    private func open(_ loop: any EventLoop, _ thread: NIOThreadPool) async throws -> NIOLoopBound<Broker> {
        let (configuration, files, clock, logger) = (self.configuration, self.files, self.clock, self.logger)
        return try await loop.submit {
            let broker = Broker(
                configuration: configuration,
                files: files,
                loop: loop,
                thread: thread,
                clock: clock,
                logger: logger
            )
            do throws(StorageError) {
                try broker.open()
            } catch {
                throw KafkaDevError(code: .storage, message: "the data folder cannot be read", cause: error)
            }
            return NIOLoopBound(broker, eventLoop: loop)
        }.get()
    }

    private func listen(
        _ group: MultiThreadedEventLoopGroup,
        _ loop: any EventLoop,
        _ broker: NIOLoopBound<Broker>,
        _ registry: ConnectionRegistry,
        _ security: Security
    ) async throws -> any Channel {
        let fetchBudget = try await loop.submit { broker.value.fetchBudget }.get()
        let shared = ConnectionHandler.Shared(
            broker: broker,
            brokerLoop: loop,
            limits: self.configuration.limits,
            requestBudget: ByteBudget(limit: self.configuration.limits.requestBytesInFlightMax),
            fetchBudget: fetchBudget,
            registry: registry,
            authenticator: security.authenticator,
            logger: self.logger
        )
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1 << 10, initial: 4 << 10, maximum: 256 << 10)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let number = registry.add(channel) else {
                        throw KafkaDevError(code: .address, message: "too many connections")
                    }
                    if let tls = security.tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.addHandler(ConnectionHandler(shared: shared, number: number))
                }
            }
        do {
            return try await bootstrap.bind(host: self.configuration.host, port: self.configuration.port).get()
        } catch {
            throw KafkaDevError(
                code: .address,
                message: "\(self.configuration.host):\(self.configuration.port) cannot be listened on",
                cause: error
            )
        }
    }

    private func announce(_ channel: any Channel, _ loop: any EventLoop, _ broker: NIOLoopBound<Broker>) async throws {
        let port = channel.localAddress?.port ?? self.configuration.port
        let address = self.configuration.advertised ?? (self.configuration.host, port)
        try await loop.submit { broker.value.address = address }.get()
        self.port.withLock { $0 = port }
        self.logger.info(
            "ready",
            metadata: [
                "address": "\(self.configuration.host):\(port)", "advertised": "\(address.host):\(address.port)",
                "fsync": "\(self.configuration.fsync)", "tls": "\(self.configuration.tls != nil)",
                "sasl": "\(self.configuration.sasl?.mechanisms.map(\.rawValue).joined(separator: ",") ?? "off")",
            ]
        )
    }

    private func stop(_ registry: ConnectionRegistry, _ loop: any EventLoop, _ broker: NIOLoopBound<Broker>) async {
        await registry.closeAll()
        await withCheckedContinuation { continuation in
            loop.execute { broker.value.close { continuation.resume() } }
        }
        self.logger.info("stopped")
    }

    private static func untilCancelled() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        await withTaskCancellationHandler {
            for await _ in stream {}
        } onCancel: {
            continuation.finish()
        }
    }
}
