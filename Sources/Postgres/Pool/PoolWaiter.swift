/// Somebody who wants a connection, as the pool's decisions see it.
protocol PoolWaiter {
    /// Whether it still wants one.
    var isLive: Bool { get }
    /// Whether it wants the connection for itself; otherwise to send one group of statements.
    var wantsLease: Bool { get }
}

extension PGCall: PoolWaiter {}
