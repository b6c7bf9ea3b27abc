/// What there is to know of librdkafka's properties by their names.
enum RDKafkaProperty {
    /// Properties that `additional` must not name, because the library's promises rest on them.
    static let reserved: Set<String> = [
        "log.queue", "enabled_events", "partitioner", "group.id", "enable.auto.commit", "enable.auto.offset.store",
        "partition.assignment.strategy", "enable.partition.eof", "auto.offset.reset", "enable.idempotence", "acks",
        "transactional.id", "bootstrap.servers", "statistics.interval.ms", "opaque", "allow.auto.create.topics",
        "auto.commit.enable", "enable.gapless.guarantee", "dr.copy.payloads", "consume.callback.max.messages",
    ]

    /// Properties that clients of this library set to values of taste: `additional` may have another.
    static let adjustable: Set<String> = [
        "fetch.error.backoff.ms", "isolation.level", "max.in.flight.requests.per.connection",
    ]

    /// The names that librdkafka takes for another property (its CONFIGURATION.md, "Alias for").
    private static let aliases: [String: String] = [
        "metadata.broker.list": "bootstrap.servers",
        "max.in.flight": "max.in.flight.requests.per.connection",
        "sasl.mechanisms": "sasl.mechanism",
        "compression.type": "compression.codec",
        "queue.buffering.max.ms": "linger.ms",
        "retries": "message.send.max.retries",
        "request.required.acks": "acks",
        "delivery.timeout.ms": "message.timeout.ms",
        "fetch.message.max.bytes": "max.partition.fetch.bytes",
    ]

    /// The one name of a property that has several.
    static func canonical(_ key: String) -> String {
        self.aliases[key] ?? key
    }

    /// Whether the value of a property can hold a secret, so that nobody may see it.
    static func isSecret(_ key: String) -> Bool {
        let key = key.lowercased()
        return ["password", "secret", "pem", "jaas", "oauthbearer", "ssl.key", "ssl_key", "keystore", "sasl.kerberos"]
            .contains { key.contains($0) }
    }
}
