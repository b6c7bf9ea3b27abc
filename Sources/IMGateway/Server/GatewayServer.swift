package import IMProtocol
package import Logging
package import NIOCore
import NIOHTTP1
import NIOPosix
import ServerRuntime
import Synchronization

/// The WebSocket gateway: accepts long connections, carries their requests to the services, and pushes to them.
///
/// Nothing listens before `run()`. Connections live on the event loops of one group, without a task each. Used from any
/// thread.
package final class GatewayServer: Sendable {
    /// What happened since the start.
    package var counters: GatewayCounters { self.node.counters }

    let node: GatewayNode
    private let sharedGroup: (any EventLoopGroup)?
    private let boundAddress = BoundAddress()

    /// Creates a gateway.
    ///
    /// - Parameters:
    ///   - configuration: see there.
    ///   - auth: checks tokens and makes them invalid.
    ///   - messages: answers requests.
    ///   - group: the event loops to use; nil makes an own group of one thread per core, which lives from start to end of `run()`.
    ///   - logger: where failures are reported.
    package init(
        configuration: GatewayConfiguration,
        auth: any AuthService,
        messages: any MsgService,
        group: (any EventLoopGroup)? = nil,
        logger: Logger
    ) {
        self.node = GatewayNode(
            configuration: configuration,
            authenticator: Authenticator(auth: auth),
            dispatcher: RequestDispatcher(messages: messages, logger: logger),
            logger: logger
        )
        self.sharedGroup = group
    }

    /// The address that the gateway listens on.
    ///
    /// Waits until `run()` has bound it.
    ///
    /// - Throws: what `run()` throws when it cannot listen.
    package var address: SocketAddress {
        get async throws { try await self.boundAddress.value() }
    }

    /// Listens and serves until the surrounding task is cancelled, then stops: no new connections, running requests are
    /// answered, clients get a close frame with 1001, and after `shutdownTimeout` connections are cut.
    ///
    /// - Throws: when it cannot listen; never because of a connection. Call it once.
    package func run() async throws {
        let group = self.sharedGroup ?? MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        do {
            try await self.serve(on: group)
        } catch {
            self.boundAddress.set(.failure(error))
            try await self.shutDown(group)
            throw error
        }
        try await self.shutDown(group)
    }

    private func serve(on group: any EventLoopGroup) async throws {
        let loops = try GatewayLoops(group, configuration: self.node.configuration)
        defer { loops.stopClocks() }
        let channel = try await self.bootstrap(group, loops)
            .bind(host: self.node.configuration.listenIP, port: self.node.configuration.port)
            .get()
        guard let address = channel.localAddress else { throw ChannelError.unknownLocalAddress }
        self.boundAddress.set(.success(address))
        self.node.logger.info("gateway listens", metadata: ["address": "\(address)"])
        await withTaskCancellationHandler {
            // Ends when the channel is closed: below, or by an error of the socket.
            try? await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
        await self.stop(loops)
    }

    /// Ends all connections: politely until the deadline, then not.
    private func stop(_ loops: GatewayLoops) async {
        let deadline = Deadline.after(self.node.configuration.shutdownTimeout)
        while true {
            if deadline.hasPassed {
                await loops.cut()
                if await loops.areEmpty() { return }
            } else {
                // Again in each round: connections that were just being accepted may have joined.
                await loops.shutDown()
                if await loops.areEmpty(), self.counters.requestsRunning.value == 0 { return }
            }
            // A cancelled task cannot sleep; the event loop's timer can.
            await loops.pause(.milliseconds(10))
        }
    }

    private func shutDown(_ group: any EventLoopGroup) async throws {
        guard self.sharedGroup == nil else { return }
        guard self.counters.requestsRunning.value == 0 else {
            // Their answers still hop to the event loops, which therefore have to stay until the process ends.
            self.node.logger.warning("requests still run at the end of the gateway's shutdown")
            return
        }
        try await group.shutdownGracefully()
    }

    private func bootstrap(_ group: any EventLoopGroup, _ loops: GatewayLoops) -> ServerBootstrap {
        let node = self.node
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // A small first buffer: an idle connection keeps little memory (and most frames fit).
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 512, maximum: 65536)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try loops.configure(channel, node)
                }
            }
    }
}
