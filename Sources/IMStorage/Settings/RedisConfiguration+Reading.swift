package import Redis
package import ServerRuntime

extension RedisConfiguration {
    /// Reads `redis.yml`.
    package init(reading section: ConfigurationSection) {
        let address = HostAndPort.read(section, "address", default: "127.0.0.1:16379")
        _ = section.string("redisMode", default: "standalone", oneOf: ["standalone"])
        self.init(
            host: address.host,
            port: address.port,
            username: section.string("username"),
            password: section.string("password", isSecret: true),
            database: section.int("db", default: 0, in: 0...1_000_000),
            clientName: "openim"
        )
    }
}
