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
    /// Records that wait for a report at the same time.
    ///
    /// Senders of further ones are suspended until there is room, first come, first served, at most for
    /// `deliveryTimeout`; the metric `im_kafka_waiting_records` counts their records. Nothing is dropped, and memory is
    /// bounded by how many tasks send.
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
        try self.check()
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
        try self.connection.apply(properties + self.connection.statisticsProperties, to: conf)
        conf.enableEvents([.deliveryReport, .error, .log, .statistics])
        return conf
    }

    /// Refuses settings that contradict each other, or that mean something else to librdkafka.
    private func check() throws(KafkaError) {
        func require(_ condition: Bool, _ message: String) throws(KafkaError) {
            guard !condition else { return }
            throw KafkaError(.invalidConfiguration, message)
        }
        try require(!self.idempotent || self.acks == .all, "acks: must be all for an idempotent producer")
        try require(self.linger >= .zero, "linger.ms: must not be negative")
        // 0 would mean for ever.
        try require(self.deliveryTimeout >= .milliseconds(1), "message.timeout.ms: must be at least 1 ms")
        // librdkafka gives up a record when its time is over, also one that only waits for others.
        try require(
            self.linger < self.deliveryTimeout,
            "linger.ms: must be shorter than message.timeout.ms"
        )
        try require(self.flushTimeout >= .zero, "flushTimeout: must not be negative")
        try require(self.queueRecordsMax >= 1, "queue.buffering.max.messages: must be at least 1")
        try require(
            self.queueBytesMax >= self.messageBytesMax,
            "queue.buffering.max.kbytes: must hold a record of message.max.bytes"
        )
        let inFlight = self.connection.additional.first {
            RDKafkaProperty.canonical($0.key) == "max.in.flight.requests.per.connection"
        }
        guard self.idempotent, let inFlight, let count = Int(inFlight.value) else { return }
        try require(count <= 5, "\(inFlight.key): at most 5 for an idempotent producer")
    }
}
