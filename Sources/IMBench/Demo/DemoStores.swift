import Curl
import IMProtocol
import IMStorage
import Kafka
import Logging
import Mongo
import Postgres
import Redis
import ServerRuntime

/// Looks into the server's stores from outside, through the same drivers.
struct DemoStores: Sendable {
    /// What the stores hold of one conversation.
    struct Holdings: Sendable, Equatable {
        /// The maximum in Redis.
        var redisSeq: Int64 = 0
        /// Messages in Redis.
        var redisMessages = 0
        /// Messages in MongoDB, with the lowest and highest seq.
        var mongo: (messages: Int, lowest: Int64, highest: Int64) = (0, 0, 0)
        /// Rows in Postgres, with the lowest and highest seq.
        var postgres: (rows: Int64, lowest: Int64, highest: Int64) = (0, 0, 0)

        static func == (left: Holdings, right: Holdings) -> Bool {
            left.redisSeq == right.redisSeq && left.redisMessages == right.redisMessages
                && left.mongo == right.mongo && left.postgres == right.postgres
        }

        /// Whether every store holds messages 1 to `count`, each once.
        func isComplete(_ count: Int) -> Bool {
            self
                == Holdings(
                    redisSeq: Int64(count),
                    redisMessages: count,
                    mongo: (count, 1, Int64(count)),
                    postgres: (Int64(count), 1, Int64(count))
                )
        }
    }

    let redis: RedisClient
    let mongo: MongoClient
    let postgres: PostgresClient
    let log: KafkaLogReader
    let curl: CurlClient
    let topics: PipelineTopics

    init(_ settings: ServerSettings) throws {
        // What goes wrong reaches the caller as an error; nothing is logged.
        let logger = Logger(label: "im-bench") { _ in SwiftLogNoOpLogHandler() }
        self.redis = RedisClient(settings.redis, logger: logger)
        self.mongo = try MongoClient(settings.mongo, logger: logger)
        self.postgres = PostgresClient(settings.postgres, logger: logger)
        self.log = try KafkaLogReader(settings.kafka.connection, logger: logger)
        self.curl = CurlClient()
        self.topics = settings.kafka.topics
    }

    /// Runs the clients for the length of `body`.
    func run<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.redis.run() }
            group.addTask { try await self.mongo.run() }
            group.addTask { try await self.postgres.run() }
            group.addTask { try await self.curl.run() }
            defer { group.cancelAll() }
            while !self.curl.isReady { try await Task.sleep(for: .milliseconds(1)) }
            return try await body()
        }
    }

    /// What the stores hold of a conversation, once all hold `count` messages or `limit` has passed.
    func holdings(of conversationID: String, count: Int, within limit: Duration) async throws -> Holdings {
        let deadline = Deadline.after(limit)
        while true {
            let holdings = try await self.holdings(of: conversationID, count: count)
            if holdings.isComplete(count) || deadline.hasPassed { return holdings }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func holdings(of conversationID: String, count: Int) async throws -> Holdings {
        let cache = MessageCache(redis: self.redis)
        let seqs = (1...Int64(max(count, 1))).map { $0 }
        return Holdings(
            redisSeq: try await cache.maxima(of: [conversationID])[conversationID]?.seq ?? 0,
            redisMessages: try await cache.messages(conversationID, seqs: seqs).count,
            mongo: try await HistoryStore(mongo: self.mongo).count(conversationID: conversationID),
            postgres: try await ArchiveStore(postgres: self.postgres).count(conversationID: conversationID)
        )
    }

    /// The number of records that each topic of the pipeline has taken since it was made.
    func kafkaOffsets() async throws -> [(topic: String, records: Int64)] {
        var offsets: [(topic: String, records: Int64)] = []
        for topic in self.topics.aligned {
            let deadline = Deadline.after(.seconds(10))
            let count = try await self.log.partitionCount(topic: topic, deadline: deadline) ?? 0
            var records: Int64 = 0
            for partition in 0..<count {
                records += try await self.log.watermarks(topic: topic, partition: partition, deadline: deadline).high
            }
            offsets.append((topic, records))
        }
        return offsets
    }
}
