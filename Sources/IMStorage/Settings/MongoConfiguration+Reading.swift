package import Mongo
package import ServerRuntime

extension MongoConfiguration {
    /// Reads `mongodb.yml`.
    package init(reading section: ConfigurationSection) {
        let database = section.string("database", default: "openim_v3")
        let uri = section.string("uri", isSecret: true)
        let username = section.string("username")
        let password = section.string("password", isSecret: true)
        let addresses = section.strings("address", default: ["127.0.0.1:37017"])
        let authSource = section.string("authSource", default: database)
        let login = username.isEmpty ? "" : "\(PercentEncoding.encode(username)):\(PercentEncoding.encode(password))@"
        let query = username.isEmpty ? "" : "?authSource=\(PercentEncoding.encode(authSource))"
        self.init(
            uri: uri.isEmpty ? "mongodb://\(login)\(addresses.joined(separator: ","))/\(query)" : uri,
            database: database,
            connectionsMax: section.int("maxPoolSize", default: 8, in: 1...1000)
        )
    }
}

extension MongoConfiguration {
    /// The servers' addresses, without the login.
    package var hosts: String {
        MongoHosts.of(self.uri)
    }
}
