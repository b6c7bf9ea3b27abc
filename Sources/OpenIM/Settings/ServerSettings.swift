import IMAPI
import IMGateway
import IMServices
import IMStorage
import Kafka
import Logging
import Mongo
import Postgres
import Redis
import ServerRuntime
import Telemetry

/// Everything that the process is configured with, read and checked once at start.
struct ServerSettings: Sendable {
    let redis: RedisConfiguration
    let kafka: KafkaSettings
    let mongo: MongoConfiguration
    let postgres: PostgresConfiguration
    let localCaches: LocalCacheSettings
    let auth: AuthServer.Settings
    let msg: MsgServer.Settings
    let administrators: [Administrator]
    let api: ListenSettings
    let apiCompressionLevel: Int
    let gateway: GatewaySettings
    let health: ListenSettings
    let log: LogSettings
    let startTimeout: Duration
    let stopTimeout: Duration
    /// Keys of the files that nothing reads.
    let keysWithoutEffect: [String]

    /// Reads the folder.
    ///
    /// - Parameters:
    ///   - folder: the files and the environment.
    ///   - instance: which entry of port lists this process takes, from 0.
    /// - Throws: `ConfigurationError` with all problems.
    init(_ folder: ConfigurationFolder, instance: Int) throws(ConfigurationError) {
        self.redis = RedisConfiguration(reading: folder.section("redis"))
        self.kafka = KafkaSettings(reading: folder.section("kafka"))
        self.mongo = MongoConfiguration(reading: folder.section("mongodb"))
        self.postgres = PostgresConfiguration(reading: folder.section("postgres"))
        self.localCaches = LocalCacheSettings(reading: folder.section("local-cache"))
        let share = folder.section("share")
        self.auth = AuthServer.Settings(reading: share, auth: folder.section("openim-rpc-auth"))
        self.msg = MsgServer.Settings(
            adminUserIDs: Set(self.auth.adminUserIDs),
            verifiesFriends: folder.section("openim-rpc-msg").bool("friendVerify", default: false)
        )
        self.administrators = Administrator.read(share.section("imAdminUser"))
        let api = folder.section("openim-api").section("api")
        self.api = ListenSettings(reading: api, portsAt: "ports", default: 10_002, instance: instance)
        self.apiCompressionLevel = api.int("compressionLevel", default: 0, in: -1...2)
        self.gateway = GatewaySettings(reading: folder.section("openim-msggateway"), instance: instance)
        let process = folder.section("openim")
        let health = process.section("health")
        self.health = ListenSettings(reading: health, portsAt: "ports", default: 10_003, instance: instance)
        self.log = LogSettings(reading: folder.section("log"))
        self.startTimeout = process.duration("startTimeout", default: .seconds(60), in: .seconds(1)...(.seconds(3600)))
        self.stopTimeout = process.duration("stopTimeout", default: .seconds(15), in: .seconds(1)...(.seconds(600)))
        try folder.validate()
        self.keysWithoutEffect = folder.keysWithoutEffect
    }
}

/// The gateway's settings.
struct GatewaySettings: Sendable, Hashable {
    let listen: ListenSettings
    let connectionsMax: Int
    let handshakeTimeout: Duration

    init(reading section: ConfigurationSection, instance: Int) {
        let connections = section.section("longConnSvr")
        self.listen = ListenSettings(
            reading: section,
            portsAt: "ports",
            in: connections,
            default: 10_001,
            instance: instance
        )
        self.connectionsMax = connections.int("websocketMaxConnNum", default: 100_000, in: 1...10_000_000)
        self.handshakeTimeout = connections.duration(
            "websocketTimeout",
            default: .seconds(10),
            in: .milliseconds(100)...(.seconds(300))
        )
    }
}

/// How much is logged and how it looks.
struct LogSettings: Sendable, Hashable {
    let level: Logger.Level
    let format: LogFormat

    init(reading section: ConfigurationSection) {
        let levels: [Logger.Level] = [.critical, .critical, .error, .warning, .info, .debug, .trace]
        self.level = levels[section.int("remainLogLevel", default: 4, in: 0...6)]
        self.format = section.bool("isJson", default: true) ? .json : .console
    }
}
