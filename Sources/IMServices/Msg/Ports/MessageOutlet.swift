package import Kafka

/// Where accepted messages go, as the message service sees it.
package protocol MessageOutlet: Sendable {
    /// Produces a record; returns when the broker has acknowledged it.
    func send(_ record: KafkaProducerRecord) async throws(KafkaError) -> KafkaDelivery
}

extension KafkaProducer: MessageOutlet {}
