/// How to reach a Kafka cluster; shared by producers, consumers and log readers.
public struct KafkaConnectionConfiguration: Sendable, Hashable {
    /// Addresses as `host:port`, at least one.
    public var bootstrapServers: [String]
    /// The name under which brokers log this client.
    public var clientID: String
    /// SASL and TLS.
    public var security: KafkaSecurity
    /// librdkafka properties that are passed through as they are, after all others.
    ///
    /// A key that this library sets for its own promises (`enable.auto.commit`, `partitioner` and others) is refused.
    public var additional: [String: String]

    /// Creates the settings.
    public init(
        bootstrapServers: [String],
        clientID: String,
        security: KafkaSecurity = .plaintext,
        additional: [String: String] = [:]
    ) {
        self.bootstrapServers = bootstrapServers
        self.clientID = clientID
        self.security = security
        self.additional = additional
    }

    /// Keys that `additional` must not change, because the library's promises rest on them.
    private static let reserved: Set<String> = [
        "bootstrap.servers", "metadata.broker.list", "log.queue", "enabled_events", "partitioner", "group.id",
        "enable.auto.commit", "enable.auto.offset.store", "partition.assignment.strategy", "enable.partition.eof",
        "auto.offset.reset", "enable.idempotence", "acks", "request.required.acks", "transactional.id",
    ]

    /// Applies the settings that every client shares, then `properties`, then `additional`.
    func apply(
        _ properties: [(key: String, value: String)],
        to conf: borrowing RDKafkaConf
    ) throws(KafkaError) {
        guard !self.bootstrapServers.isEmpty, self.bootstrapServers.allSatisfy({ !$0.isEmpty }) else {
            throw KafkaError(.invalidConfiguration, "bootstrap.servers: at least one address, none of them empty")
        }
        let shared: [(key: String, value: String)] = [
            ("bootstrap.servers", self.bootstrapServers.joined(separator: ",")),
            ("client.id", self.clientID),
            ("log.queue", "true"),
            // Records are small and each waits for its answer: never let the kernel hold a request back.
            ("socket.nagle.disable", "true"),
            ("socket.keepalive.enable", "true"),
            // The default of 10 s lengthens every broker restart by as much.
            ("reconnect.backoff.max.ms", "2000"),
        ]
        for (key, value) in shared + self.security.properties + properties {
            try conf.set(key, value)
        }
        for (key, value) in self.additional.sorted(by: { $0.key < $1.key }) {
            guard !Self.reserved.contains(key) else {
                throw KafkaError(.invalidConfiguration, "\(key): set by the library, cannot be passed through")
            }
            try conf.set(key, value)
        }
    }
}
