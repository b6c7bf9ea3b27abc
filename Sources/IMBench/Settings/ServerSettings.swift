import Foundation
import IMStorage
import Mongo
import Postgres
import Redis
import ServerRuntime

/// Where the server and its stores are: read from the server's own configuration.
struct ServerSettings: Sendable {
    let apiURL: String
    let gateway: ListenSettings
    let secret: String
    let administrator: String
    let redis: RedisConfiguration
    let kafka: KafkaSettings
    let mongo: MongoConfiguration
    let postgres: PostgresConfiguration

    init(folder path: String) throws(ConfigurationError) {
        // Without .env the environment alone counts; a variable that is missing then is reported by name.
        let text = (try? String(contentsOfFile: "\(path)/../.env", encoding: .utf8)) ?? ""
        let variables = EnvironmentFile.parse(text).merging(ProcessInfo.processInfo.environment) { _, new in new }
        let folder = try ConfigurationFolder(path: path, variables: variables)
        let api = ListenSettings(
            reading: folder.section("openim-api").section("api"),
            portsAt: "ports",
            default: 10_002,
            instance: 0
        )
        let gateway = folder.section("openim-msggateway")
        self.apiURL = "http://\(api.listenIP):\(api.port)"
        self.gateway = ListenSettings(
            reading: gateway,
            portsAt: "ports",
            in: gateway.section("longConnSvr"),
            default: 10_001,
            instance: 0
        )
        let share = folder.section("share")
        self.secret = share.string("secret", isSecret: true)
        self.administrator = Administrator.read(share.section("imAdminUser")).first?.userID ?? "imAdmin"
        self.redis = RedisConfiguration(reading: folder.section("redis"))
        self.kafka = KafkaSettings(reading: folder.section("kafka"))
        self.mongo = MongoConfiguration(reading: folder.section("mongodb"))
        self.postgres = PostgresConfiguration(reading: folder.section("postgres"))
        try folder.validate()
    }
}
