import Kafka

/// What is sent to a topic, or lies in it, on both sides of a comparison.
struct KafkaLoad: Sendable {
    var records: Int
    var valueBytes: Int
    /// Records without a report at the same time.
    var inFlight: Int
    /// Records that are handed over, or taken out, at once.
    var batch: Int

    /// Keys are `user:0`, `user:1` and so on, in turn.
    static let keys = 64
    /// Of each topic.
    static let partitions: Int32 = 8

    /// The record of number `index`.
    func record(_ index: Int, topic: String) -> KafkaProducerRecord {
        KafkaProducerRecord(
            topic: topic,
            key: Array("user:\(index % Self.keys)".utf8),
            value: [UInt8](repeating: 120, count: self.valueBytes)
        )
    }
}
