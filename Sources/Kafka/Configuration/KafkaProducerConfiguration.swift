import ServerRuntime

/// How a producer behaves.
///
/// Records are placed by FNV-1a of their key, always: all producers of a topic have to agree, or the records of one
/// key lose their order.
public struct KafkaProducerConfiguration: Sendable, Hashable {
    /// How to reach the cluster.
    public var connection: KafkaConnectionConfiguration
    /// When a record counts as stored.
    public var acks: KafkaAcknowledgement = .all
    /// Whether the broker drops repeats that retries cause; needs `acks` to be `.all`.
    public var idempotent = true
    /// How batches are compressed.
    public var compression: KafkaCompression = .none
    /// How long a record waits for others of its partition.
    ///
    /// Zero sends at once, 1 ms costs little and batches well.
    public var linger: Duration = .milliseconds(1)
    /// The largest record, in bytes with its headers; the broker has a limit of its own.
    public var messageBytesMax = 1_000_000
    /// Records that wait for a report at the same time; further ones wait in a second line of the same length, and
    /// beyond that `send` fails with `.queueFull`.
    public var queueRecordsMax = 100_000
    /// The same bound in bytes of keys and values.
    public var queueBytesMax = 256 * 1024 * 1024
    /// How long a record is tried before its `send` fails; also how long `send` waits for `run()` to begin.
    public var deliveryTimeout: Duration = .seconds(30)
    /// How long shutting down waits for records under way before it gives them up.
    public var flushTimeout: Duration = .seconds(10)

    /// Creates the settings with the defaults above.
    public init(_ connection: KafkaConnectionConfiguration) {
        self.connection = connection
    }

    /// Builds librdkafka's configuration.
    func makeConf() throws(KafkaError) -> RDKafkaConf {
        guard !self.idempotent || self.acks == .all else {
            throw KafkaError(.invalidConfiguration, "acks: must be all for an idempotent producer")
        }
        guard self.linger >= .zero else {
            throw KafkaError(.invalidConfiguration, "linger.ms: must not be negative")
        }
        guard self.deliveryTimeout >= .milliseconds(1) else {
            // 0 would mean for ever.
            throw KafkaError(.invalidConfiguration, "message.timeout.ms: must be at least 1 ms")
        }
        let (seconds, attoseconds) = self.linger.components
        let lingerMilliseconds = Double(seconds) * 1000 + Double(attoseconds) / 1e15
        let properties: [(key: String, value: String)] = [
            ("enable.idempotence", "\(self.idempotent)"),
            ("acks", self.acks.rawValue),
            ("max.in.flight.requests.per.connection", "5"),
            ("compression.codec", self.compression.rawValue),
            ("linger.ms", "\(lingerMilliseconds)"),
            ("message.max.bytes", "\(self.messageBytesMax)"),
            ("queue.buffering.max.messages", "\(self.queueRecordsMax)"),
            ("queue.buffering.max.kbytes", "\(max(1, self.queueBytesMax / 1024))"),
            ("message.timeout.ms", "\(self.deliveryTimeout.milliseconds(rounding: .up))"),
            ("partitioner", "fnv1a"),
        ]
        let conf = RDKafkaConf()
        try self.connection.apply(properties, to: conf)
        conf.enableEvents([.deliveryReport, .error, .log])
        return conf
    }
}
