import ServerRuntime

/// How to reach a Kafka cluster; shared by producers, consumers, log readers and admins.
///
/// Its description never shows the value of a property that can hold a secret.
public struct KafkaConnectionConfiguration: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// Addresses as `host:port`, at least one.
    public var bootstrapServers: [String]
    /// The name under which brokers log this client.
    public var clientID: String
    /// SASL and TLS.
    public var security: KafkaSecurity
    /// How often the client's statistics become metrics, or `nil` for never.
    ///
    /// Producers and consumers have statistics; they cost librdkafka a walk over all brokers and partitions.
    public var statisticsInterval: Duration? = .seconds(10)
    /// librdkafka properties that are passed through as they are.
    ///
    /// Neither this nor the typed settings wins when both name a property: that is an error, also under another of its
    /// names (`linger.ms`, `queue.buffering.max.ms`) and also when the values agree. The same holds for properties that
    /// this library's promises rest on, such as `enable.auto.commit`.
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

    /// The settings without secrets.
    public var description: String {
        let additional = self.shownProperties.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        let text = "\(self.clientID) at \(self.bootstrapServers.joined(separator: ",")), \(self.security)"
        return additional.isEmpty ? text : text + ", " + additional
    }

    /// The same as `description`, because reflection would show secrets.
    public var debugDescription: String {
        self.description
    }

    /// What `dump` shows, without secrets.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "bootstrapServers": self.bootstrapServers, "clientID": self.clientID, "security": self.security,
                "additional": self.shownProperties.map { "\($0.key)=\($0.value)" },
            ]
        )
    }

    private var shownProperties: [(key: String, value: String)] {
        self.additional.sorted { $0.key < $1.key }.map { ($0.key, RDKafkaProperty.isSecret($0.key) ? "***" : $0.value) }
    }

    /// Settings that suit this library better than librdkafka's own defaults, and that `additional` may change.
    private static let defaults: [(key: String, value: String)] = [
        // Records are small and each waits for its answer: never let the kernel hold a request back.
        ("socket.nagle.disable", "true"),
        ("socket.keepalive.enable", "true"),
        // The default of 10 s lengthens every broker restart by as much.
        ("reconnect.backoff.max.ms", "2000"),
    ]

    /// The property for statistics, for clients that have them.
    var statisticsProperties: [(key: String, value: String)] {
        get throws(KafkaError) {
            guard let interval = self.statisticsInterval else { return [] }
            guard interval >= .milliseconds(1) else {
                // 0 would mean never.
                throw KafkaError(.invalidConfiguration, "statistics.interval.ms: must be at least 1 ms")
            }
            return [("statistics.interval.ms", "\(interval.milliseconds(rounding: .up))")]
        }
    }

    /// Applies the settings that every client shares, then `properties`, then `additional`.
    ///
    /// - Parameters:
    ///   - properties: what the typed settings of the client say, and what its promises need.
    ///   - conf: where to.
    /// - Throws: `.invalidConfiguration` naming the key.
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
        ]
        let typed = shared + self.security.properties + properties
        for (key, value) in Self.defaults + typed { try conf.set(key, value) }
        let taken = Set(typed.map { RDKafkaProperty.canonical($0.key) }).subtracting(RDKafkaProperty.adjustable)
        for (key, value) in self.additional.sorted(by: { $0.key < $1.key }) {
            let name = RDKafkaProperty.canonical(key)
            guard !RDKafkaProperty.reserved.contains(name) else {
                throw KafkaError(.invalidConfiguration, "\(key): set by the library, cannot be passed through")
            }
            guard !taken.contains(name) else {
                let other = name == key ? "" : " as \(name)"
                throw KafkaError(
                    .invalidConfiguration,
                    "\(key): the client's own settings name it\(other), cannot be passed through beside them"
                )
            }
            try conf.set(key, value)
        }
    }
}
