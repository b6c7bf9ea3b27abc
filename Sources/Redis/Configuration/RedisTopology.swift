/// How the servers behind a client are arranged.
public enum RedisTopology: Sendable, Equatable {
    /// One server, at the configuration's `host` and `port`.
    case single
    /// A master with replicas that sentinels watch over; commands go to whoever is master.
    case sentinel(RedisSentinels)
    /// A cluster, found through any of these nodes, of which one must answer.
    ///
    /// User, password and TLS are those of the configuration for every node.
    case cluster(seeds: [RedisEndpoint])
}
