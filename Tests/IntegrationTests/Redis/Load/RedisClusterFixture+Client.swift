import Redis

extension RedisClusterFixture {
    /// The configuration of a client that is told all masters of the beginning.
    var configuration: RedisConfiguration {
        RedisConfiguration(
            topology: .cluster(seeds: self.masters.map { RedisEndpoint(host: "127.0.0.1", port: $0.port) }),
            password: self.options.password
        )
    }
}
