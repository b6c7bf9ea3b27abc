package import Redis
package import ServerRuntime

extension RedisConfiguration {
    /// Reads `redis.yml`.
    package init(reading section: ConfigurationSection) {
        // Cluster follows: the message cache writes the keys of one conversation with one script.
        let mode = section.string("redisMode", default: "standalone", oneOf: ["standalone", "sentinel"])
        let sentinels = RedisSentinels(reading: section.section("sentinelMode"))
        let address = HostAndPort.read(section, "address", default: "127.0.0.1:16379")
        self.init(
            topology: mode == "sentinel" ? .sentinel(sentinels) : .single,
            host: address.host,
            port: address.port,
            username: section.string("username"),
            password: section.string("password", isSecret: true),
            database: section.int("db", default: 0, in: 0...1_000_000),
            clientName: "openim"
        )
    }
}

extension RedisSentinels {
    /// Reads the part `sentinelMode`.
    fileprivate init(reading section: ConfigurationSection) {
        let fallback = ["127.0.0.1:26379", "127.0.0.1:26380", "127.0.0.1:26381"]
        let addresses = HostAndPort.readAll(section, "sentinelsAddrs", default: fallback)
        self.init(
            masterName: section.string("masterName", default: "redis-master"),
            endpoints: addresses.map { RedisEndpoint(host: $0.host, port: $0.port) }
        )
    }
}
