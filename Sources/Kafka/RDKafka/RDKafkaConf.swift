import CRdkafka

/// Sole owner of an `rd_kafka_conf_t`.
///
/// `rd_kafka_new` takes it over, and only when it succeeds.
struct RDKafkaConf: ~Copyable {
    /// The events that a client may put on its queue.
    struct Events: OptionSet {
        let rawValue: Int32

        static let deliveryReport = Events(rawValue: Int32(RD_KAFKA_EVENT_DR))
        static let error = Events(rawValue: Int32(RD_KAFKA_EVENT_ERROR))
        static let log = Events(rawValue: Int32(RD_KAFKA_EVENT_LOG))
        static let rebalance = Events(rawValue: Int32(RD_KAFKA_EVENT_REBALANCE))
        static let statistics = Events(rawValue: Int32(RD_KAFKA_EVENT_STATS))
        static let offsetCommit = Events(rawValue: Int32(RD_KAFKA_EVENT_OFFSET_COMMIT))
    }

    private let raw: OpaquePointer

    init() {
        self.raw = rd_kafka_conf_new()
    }

    /// Takes back what `surrender()` gave away, after `rd_kafka_new` has failed.
    init(takingOwnershipOf raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        rd_kafka_conf_destroy(self.raw)
    }

    /// Sets a property; the error names the key and never shows a secret.
    func set(_ key: String, _ value: String) throws(KafkaError) {
        // C would take what stands before a zero for the whole.
        guard !key.utf8.contains(0), !value.utf8.contains(0) else {
            throw KafkaError(.invalidConfiguration, "\(key.filter { $0 != "\0" }): a key or value with a zero byte")
        }
        var text = [CChar](repeating: 0, count: 512)
        let result = rd_kafka_conf_set(self.raw, key, value, &text, text.count)
        guard result != RD_KAFKA_CONF_OK else { return }
        let reason = RDKafkaProperty.isSecret(key) ? "the value was refused" : String(nulTerminated: text)
        throw KafkaError(
            .invalidConfiguration,
            "\(key): \(reason)",
            rdkafkaCode: RD_KAFKA_RESP_ERR__INVALID_ARG.rawValue
        )
    }

    /// Chooses what arrives as an event instead of through a callback.
    func enableEvents(_ events: Events) {
        rd_kafka_conf_set_events(self.raw, events.rawValue)
    }

    /// Gives the pointer away: C owns it after this.
    consuming func surrender() -> OpaquePointer {
        let pointer = self.raw
        discard self
        return pointer
    }
}

extension String {
    /// The text in a buffer that C filled, up to its first zero; what is not UTF-8 is replaced.
    init(nulTerminated buffer: [CChar]) {
        self.init(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
