package import Kafka

/// Appends records to logs, as the workers see it.
package protocol RecordSender: Sendable {
    /// Sends records and returns when all have an outcome, in the order of `records`.
    ///
    /// Records of one call and one partition land in their order. Of a call that fails, any of them may have landed, or
    /// land later.
    func send(_ records: [KafkaProducerRecord]) async -> [Result<KafkaDelivery, KafkaError>]
}

extension KafkaProducer: RecordSender {}
