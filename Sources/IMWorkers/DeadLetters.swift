import IMStorage
import Kafka
import Logging

/// Puts records that cannot be processed where they block nobody, with what is needed to look into them.
struct DeadLetters: Sendable {
    let producer: KafkaProducer
    let retry: Retry
    let logger: Logger

    /// Forwards `record` to the dead-letter topic of its topic; returns when it stands there.
    ///
    /// The topic is ours alone, so it may carry more headers than the four of the pipeline.
    func add(_ record: KafkaRecord, reason: String) async throws {
        self.logger.error(
            "record cannot be processed",
            metadata: [
                "topic": "\(record.topic)", "partition": "\(record.partition)", "offset": "\(record.offset)",
                "reason": "\(reason)",
            ]
        )
        let origin = [
            ("reason", reason), ("topic", record.topic), ("partition", "\(record.partition)"),
            ("offset", "\(record.offset)"),
        ]
        let headers = origin.map { KafkaHeader(key: "deadLetter.\($0.0)", value: Array($0.1.utf8)) }
        var letter = KafkaProducerRecord(
            topic: PipelineTopics.deadLetters(of: record.topic),
            key: record.key,
            value: record.value,
            headers: record.headers + headers
        )
        try await self.retry.run("dead letter") {
            do {
                _ = try await self.producer.send(letter)
            } catch {
                // Close to the limit the headers are too much: then the letter only says where the record stands.
                if let failure = error as? KafkaError, failure.code == .messageTooLarge {
                    letter.value = nil
                    letter.headers = headers
                }
                throw error
            }
        }
    }
}
