package import IMStorage
package import Kafka
package import Logging
package import ServerRuntime

/// What the workers of the role msgtransfer work with.
package struct TransferDependencies: Sendable {
    package let producer: KafkaProducer
    /// Reads `toMongo` when a partition is taken over.
    package let log: KafkaLogReader
    package let topics: PipelineTopics
    package let history: HistoryStore
    package let archive: ArchiveStore
    package let cache: MessageCache
    package let conversations: ConversationRepository
    package let clock: WallClock
    package let logger: Logger
    let deadLetters: DeadLetters

    package init(
        producer: KafkaProducer,
        log: KafkaLogReader,
        topics: PipelineTopics,
        history: HistoryStore,
        archive: ArchiveStore,
        cache: MessageCache,
        conversations: ConversationRepository,
        clock: WallClock = .system,
        logger: Logger
    ) {
        self.producer = producer
        self.log = log
        self.topics = topics
        self.history = history
        self.archive = archive
        self.cache = cache
        self.conversations = conversations
        self.clock = clock
        self.logger = logger
        self.deadLetters = DeadLetters(producer: producer, retry: Retry(logger: logger), logger: logger)
    }

    var retry: Retry {
        Retry(logger: self.logger)
    }
}
