internal import Hummingbird
internal import IMProtocol
package import Logging
internal import NIOCore
package import ServerRuntime
internal import ServiceLifecycle

/// The role openim-api: OpenIM's HTTP API over the services.
package struct APIServer: Service {
    private let configuration: APIConfiguration
    private let responder: APIResponder
    private let logger: Logger
    private let onBound: @Sendable (Int) -> Void

    /// Prepares the server; nothing is bound before `run()`.
    ///
    /// - Parameters:
    ///   - configuration: the settings.
    ///   - services: who does the work.
    ///   - clock: what `createTime` and the expiry of legacy tokens are taken from.
    ///   - logger: where failures go, at level error, and every request, at level debug.
    ///   - onBound: is called once with the TCP port, when connections are accepted.
    package init(
        configuration: APIConfiguration,
        services: APIServices,
        clock: WallClock = .system,
        logger: Logger,
        onBound: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.responder = APIResponder(
            configuration: configuration,
            services: services,
            clock: clock,
            logger: logger
        )
        self.logger = logger
        self.onBound = onBound
    }

    /// Serves until the surrounding task is cancelled or a graceful shutdown is asked for.
    ///
    /// Then no connection is accepted any more, idle ones are closed, and requests that run are answered within
    /// `drainTimeout`; those that take longer are cancelled.
    /// - Throws: what binding the address throws.
    package func run() async throws {
        var groupConfiguration = ServiceGroupConfiguration(
            services: [.init(service: self.application, serviceName: "openim-api")],
            logger: self.logger
        )
        groupConfiguration.maximumGracefulShutdownDuration = self.configuration.drainTimeout
        let group = ServiceGroup(configuration: groupConfiguration)
        // A task of its own, so that a cancellation here becomes a graceful shutdown there instead of cutting answers
        // off. Task locals are inherited, and with them a graceful shutdown from outside.
        let work = Task { try await group.run() }
        try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            Task { await group.triggerGracefulShutdown() }
        }
    }

    private var application: Application<APIResponder> {
        Application(
            responder: self.responder,
            server: .http1(configuration: .init(idleTimeout: .seconds(180))),
            configuration: ApplicationConfiguration(
                address: .hostname(self.configuration.listenIP, port: self.configuration.port),
                backlog: 1024
            ),
            onServerRunning: { [onBound] channel in onBound(channel.localAddress?.port ?? 0) },
            logger: self.logger
        )
    }
}
