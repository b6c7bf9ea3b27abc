import IMProtocol
package import IMStorage
package import Kafka
package import Logging
package import ServerRuntime

/// What the workers of the role msgtransfer work with.
package struct TransferDependencies: Sendable {
    let sender: any RecordSender
    /// Reads `toMongo` when a partition is taken over.
    let log: any LogReader
    let topics: PipelineTopics
    let history: any PipelineHistory
    let archive: any PipelineArchive
    let cache: any PipelineCache
    let conversations: any ConversationCreator
    /// What users have read, for good.
    let positions: any ReadMarkRaising
    /// What users have read, until it has reached `positions`.
    let readSeqs: any ReadMarkRaising
    let deadLetters: DeadLetters
    let clock: WallClock
    let timer: PipelineTimer
    let limits: TransferLimits
    /// The first rule that a message of so many encoded bytes breaks.
    let violation: @Sendable (Openim_Sdkws_MsgData, Int) -> String?
    let metrics: TransferMetrics
    let logger: Logger

    /// The dependencies of a server.
    package init(
        producer: KafkaProducer,
        log: KafkaLogReader,
        topics: PipelineTopics,
        history: HistoryStore,
        archive: ArchiveStore,
        cache: MessageCache,
        conversations: ConversationRepository,
        positions: ReadPositionStore,
        readSeqs: ReadSeqCache,
        clock: WallClock = .system,
        limits: TransferLimits = TransferLimits(),
        logger: Logger
    ) {
        self.init(
            sender: producer,
            log: log,
            topics: topics,
            history: HistoryAccess(history),
            archive: archive,
            cache: cache,
            conversations: conversations,
            positions: positions,
            readSeqs: readSeqs,
            letters: KafkaDeadLetters(producer: producer, suffix: PipelineTopics.deadLetters(of: "")),
            clock: clock,
            limits: limits,
            logger: logger
        )
    }

    /// Any dependencies.
    init(
        sender: any RecordSender,
        log: any LogReader,
        topics: PipelineTopics,
        history: any PipelineHistory,
        archive: any PipelineArchive,
        cache: any PipelineCache,
        conversations: any ConversationCreator,
        positions: any ReadMarkRaising,
        readSeqs: any ReadMarkRaising,
        letters: any LetterBox,
        clock: WallClock = .system,
        timer: PipelineTimer = .system,
        limits: TransferLimits = TransferLimits(),
        violation: @escaping @Sendable (Openim_Sdkws_MsgData, Int) -> String? = MessageRules.violation,
        metrics: TransferMetrics = TransferMetrics(),
        logger: Logger
    ) {
        self.sender = sender
        self.log = log
        self.topics = topics
        self.history = history
        self.archive = archive
        self.cache = cache
        self.conversations = conversations
        self.positions = positions
        self.readSeqs = readSeqs
        self.clock = clock
        self.timer = timer
        self.limits = limits
        self.violation = violation
        self.metrics = metrics
        self.logger = logger
        self.deadLetters = DeadLetters(letters: letters, retry: Retry(logger: logger, timer: timer), logger: logger)
    }

    var retry: Retry {
        Retry(logger: self.logger, timer: self.timer)
    }
}
