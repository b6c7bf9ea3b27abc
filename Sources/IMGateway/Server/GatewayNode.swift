import Logging
import NIOCore

/// What all connections of a gateway share; immutable, or safe to use from any thread.
final class GatewayNode: Sendable {
    let configuration: GatewayConfiguration
    let authenticator: Authenticator
    let dispatcher: RequestDispatcher
    let registry: SessionRegistry
    let counters = GatewayCounters()
    let logger: Logger

    init(
        configuration: GatewayConfiguration,
        authenticator: Authenticator,
        dispatcher: RequestDispatcher,
        logger: Logger
    ) {
        self.configuration = configuration
        self.authenticator = authenticator
        self.dispatcher = dispatcher
        self.registry = SessionRegistry(policy: configuration.loginPolicy)
        self.logger = logger
    }

    /// The id of a new connection: made from its peer, what a proxy says of the peer, and the time.
    func makeConnectionID(peer: SocketAddress?, forwarded: String?) -> String {
        var address = "\(peer?.ipAddress ?? ""):\(peer?.port ?? 0)"
        if let forwarded { address += "_" + forwarded }
        return self.configuration.makeConnectionID("\(address)_\(UnixTime.milliseconds)")
    }
}
