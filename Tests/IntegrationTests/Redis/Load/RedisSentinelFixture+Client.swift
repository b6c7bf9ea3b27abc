import Redis

extension RedisSentinelFixture {
    /// The configuration of a client that asks the sentinels.
    var configuration: RedisConfiguration {
        RedisConfiguration(
            topology: .sentinel(
                RedisSentinels(
                    masterName: self.options.masterName,
                    endpoints: self.sentinelPorts.map { RedisEndpoint(host: "127.0.0.1", port: $0) },
                    password: self.options.sentinelPassword
                )
            ),
            password: self.options.password
        )
    }
}
