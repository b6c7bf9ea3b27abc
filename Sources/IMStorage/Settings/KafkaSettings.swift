package import Kafka
package import ServerRuntime

/// What `kafka.yml` says.
package struct KafkaSettings: Sendable, Equatable {
    package var connection: KafkaConnectionConfiguration
    package var acks: KafkaAcknowledgement
    package var compression: KafkaCompression
    package var topics: PipelineTopics
    package var fetchWait: Duration
    package var sessionTimeout: Duration

    /// Reads `kafka.yml`.
    package init(reading section: ConfigurationSection) {
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

    /// A consumer of one topic.
    ///
    /// Groups begin at the earliest record, so that nothing accepted before their first start is missed.
    package func consumer(of topic: String, group: String) -> KafkaConsumerConfiguration {
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
    package var producer: KafkaProducerConfiguration {
        var configuration = KafkaProducerConfiguration(self.connection)
        configuration.acks = self.acks
        configuration.idempotent = self.acks == .all
        configuration.compression = self.compression
        return configuration
    }
}
