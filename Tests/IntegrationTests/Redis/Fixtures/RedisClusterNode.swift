import TestKit

/// A node of a `RedisClusterFixture`.
final class RedisClusterNode: Sendable {
    /// The node's name in the cluster: 40 hexadecimal digits.
    let id: String
    let server: RedisServerProcess
    /// The proxy whose port the node announces to clients and other nodes, if the fixture has proxies.
    let proxy: FaultProxy?

    init(id: String, server: RedisServerProcess, proxy: FaultProxy?) {
        self.id = id
        self.server = server
        self.proxy = proxy
    }

    /// The port that the cluster tells clients.
    var port: Int { self.proxy?.port ?? self.server.port }
}
