import IMServices
import IMStorage
import Kafka
import Mongo
import Postgres
import Redis
import ServerRuntime

// The drivers' settings, read from the files of OpenIM's form. The libraries themselves know neither files nor names.

extension RedisConfiguration {
    /// Reads `redis.yml`.
    init(reading section: ConfigurationSection) {
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

extension PostgresConfiguration {
    /// Reads `postgres.yml`.
    init(reading section: ConfigurationSection) {
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
            statementTimeout: section.duration("statementTimeout", default: .seconds(30), in: .seconds(1)...(.seconds(3600))),
            applicationName: "openim"
        )
    }
}

extension MongoConfiguration {
    /// Reads `mongodb.yml`.
    init(reading section: ConfigurationSection) {
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

/// What `kafka.yml` says.
struct KafkaSettings: Sendable, Equatable {
    var connection: KafkaConnectionConfiguration
    var acks: KafkaAcknowledgement
    var compression: KafkaCompression
    var topics: PipelineTopics
    var fetchWait: Duration
    var sessionTimeout: Duration

    init(reading section: ConfigurationSection) {
        self.connection = KafkaConnectionConfiguration(
            bootstrapServers: section.strings("address", default: ["127.0.0.1:19094"]),
            clientID: "openim",
            security: Self.security(section)
        )
        let acks = ["no_response", "wait_for_local", "wait_for_all"]
        switch section.string("producerAck", default: "wait_for_all", oneOf: acks) {
        case "no_response": self.acks = .none
        case "wait_for_local": self.acks = .leader
        default: self.acks = .all
        }
        let codecs = KafkaCompression.allCases.map(\.rawValue)
        let codec = section.string("compressType", default: KafkaCompression.none.rawValue, oneOf: codecs)
        self.compression = KafkaCompression(rawValue: codec) ?? .none
        var topics = PipelineTopics()
        topics.toRedis = section.string("toRedisTopic", default: topics.toRedis)
        topics.toMongo = section.string("toMongoTopic", default: topics.toMongo)
        topics.toPush = section.string("toPushTopic", default: topics.toPush)
        topics.toOfflinePush = section.string("toOfflinePushTopic", default: topics.toOfflinePush)
        topics.toRedisGroup = section.string("toRedisGroupID", default: topics.toRedisGroup)
        topics.toMongoGroup = section.string("toMongoGroupID", default: topics.toMongoGroup)
        topics.toPushGroup = section.string("toPushGroupID", default: topics.toPushGroup)
        topics.archiveGroup = section.string("archiveGroupID", default: topics.archiveGroup)
        self.topics = topics
        let waits: ClosedRange<Duration> = .milliseconds(1)...(.seconds(30))
        self.fetchWait = section.duration("fetchWait", default: .milliseconds(500), in: waits)
        let sessions: ClosedRange<Duration> = .seconds(1)...(.seconds(300))
        self.sessionTimeout = section.duration("sessionTimeout", default: .seconds(10), in: sessions)
    }

    private static func security(_ section: ConfigurationSection) -> KafkaSecurity {
        var security = KafkaSecurity.plaintext
        let username = section.string("username")
        let password = section.string("password", isSecret: true)
        if !username.isEmpty || !password.isEmpty {
            security.sasl = KafkaSASL(username: username, password: password)
        }
        let tls = section.section("tls")
        let caPath = tls.string("caCrt")
        let certificatePath = tls.string("clientCrt")
        let keyPath = tls.string("clientKey")
        let keyPassword = tls.string("clientKeyPwd", isSecret: true)
        let isUnchecked = tls.bool("insecureSkipVerify", default: false)
        if tls.bool("enableTLS", default: false) {
            security.tls = KafkaTLS(
                caFile: caPath.isEmpty ? nil : caPath,
                certificateFile: certificatePath.isEmpty ? nil : certificatePath,
                keyFile: keyPath.isEmpty ? nil : keyPath,
                keyPassword: keyPassword.isEmpty ? nil : keyPassword,
                insecureSkipVerify: isUnchecked
            )
        }
        return security
    }

    /// A consumer of one topic. Groups begin at the earliest record, so that nothing accepted before their first start is
    /// missed.
    func consumer(of topic: String, group: String) -> KafkaConsumerConfiguration {
        var configuration = KafkaConsumerConfiguration(
            self.connection,
            groupID: group,
            topics: [topic],
            autoOffsetReset: .earliest
        )
        configuration.fetchWait = self.fetchWait
        configuration.sessionTimeout = self.sessionTimeout
        configuration.heartbeatInterval = self.sessionTimeout / 3
        return configuration
    }

    /// The process's producer.
    var producer: KafkaProducerConfiguration {
        var configuration = KafkaProducerConfiguration(self.connection)
        configuration.acks = self.acks
        configuration.idempotent = self.acks == .all
        configuration.compression = self.compression
        return configuration
    }
}

extension AuthServer.Settings {
    /// Reads `share.yml` and `openim-rpc-auth.yml`.
    init(reading share: ConfigurationSection, auth: ConfigurationSection) {
        let secret = share.string("secret", isSecret: true)
        if secret.isEmpty { share.note("secret", "must not be empty") }
        let multiLogin = share.section("multiLogin")
        let policy = multiLogin.int("policy", default: 1, in: 0...5)
        if MultiLoginPolicy(rawValue: policy) == nil { multiLogin.note("policy", "must be 0, 1, 4 or 5, got \(policy)") }
        let days = auth.int("tokenPolicy.expire", default: 90, in: 1...36_500)
        self.init(
            secret: secret,
            adminUserIDs: share.section("imAdminUser").strings("userIDs", default: ["imAdmin"]),
            tokenLifetime: .seconds(days * 86_400),
            multiLogin: MultiLoginPolicy(rawValue: policy) ?? .onePerPlatform,
            tokensPerPlatformMax: multiLogin.int("maxNumOneEnd", default: 30, in: 1...10_000)
        )
    }
}
