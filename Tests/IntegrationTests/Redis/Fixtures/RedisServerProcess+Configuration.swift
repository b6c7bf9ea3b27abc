import Redis

extension RedisServerProcess {
    /// The configuration of a client for this server.
    var configuration: RedisConfiguration {
        RedisConfiguration(port: self.port, password: self.options.password)
    }
}
