package import Postgres
package import ServerRuntime

extension PostgresConfiguration {
    /// Reads `postgres.yml`.
    package init(reading section: ConfigurationSection) {
        let address = HostAndPort.read(section, "address", default: "127.0.0.1:15432")
        let modes = PostgresSSLMode.allCases.map(\.rawValue)
        let mode = section.string("sslMode", default: PostgresSSLMode.prefer.rawValue, oneOf: modes)
        let password = section.string("password", isSecret: true)
        self.init(
            host: address.host,
            port: address.port,
            database: section.string("database", default: "openim"),
            username: section.string("username", default: "openim"),
            password: password.isEmpty ? nil : password,
            sslMode: PostgresSSLMode(rawValue: mode) ?? .prefer,
            connectionsMax: section.int("maxPoolSize", default: 8, in: 1...1000),
            statementTimeout: section.duration(
                "statementTimeout",
                default: .seconds(30),
                in: .seconds(1)...(.seconds(3600))
            ),
            applicationName: "openim"
        )
    }
}
