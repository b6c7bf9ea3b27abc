import IMStorage
import Kafka
import Logging

/// Puts records that cannot be processed where they block nobody, with what is needed to look into them.
struct DeadLetters: Sendable {
    private let letters: any LetterBox
    private let retry: Retry
    private let logger: Logger

    init(letters: any LetterBox, retry: Retry, logger: Logger) {
        self.letters = letters
        self.retry = retry
        self.logger = logger
    }

    init(producer: KafkaProducer, retry: Retry, logger: Logger) {
        let letters = KafkaDeadLetters(producer: producer, suffix: PipelineTopics.deadLetters(of: ""))
        self.init(letters: letters, retry: retry, logger: logger)
    }

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
        try await self.retry.run("dead letter") {
            _ = try await self.letters.add(record, reason: reason, kind: "unprocessable")
        }
    }
}
