package import Kafka

/// Where dead letters go, as the workers see it.
package protocol LetterBox: Sendable {
    /// Forwards a record that cannot be processed; returns when it stands in its dead-letter topic.
    @discardableResult
    func add(_ record: KafkaRecord, reason: String, kind: String) async throws(KafkaError) -> KafkaDelivery
}

extension KafkaDeadLetters: LetterBox {}
