import Curl
import IMProtocol
import IMStorage
import Kafka
import Logging
import Mongo
import Postgres
import ServerRuntime

/// Reads what the server's stores hold of a run, through drivers of its own.
struct VerifyStores: Sendable {
    /// Seqs that one question to a store asks for.
    private static let seqsPerQuery: Int64 = 5_000

    let mongo: MongoClient
    let postgres: PostgresClient
    let kafka: KafkaAdmin
    let topics: PipelineTopics

    init(_ settings: ServerSettings) throws {
        // What goes wrong reaches the caller as an error; nothing is logged.
        let logger = Logger(label: "im-bench") { _ in SwiftLogNoOpLogHandler() }
        self.mongo = try MongoClient(settings.mongo, logger: logger)
        self.postgres = PostgresClient(settings.postgres, logger: logger)
        self.kafka = try KafkaAdmin(settings.kafka.connection, logger: logger)
        self.topics = settings.kafka.topics
    }

    /// Runs the clients for the length of `body`.
    func run<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.mongo.run() }
            group.addTask { try await self.postgres.run() }
            group.addTask { try await self.kafka.run() }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// Waits until no consumer of the pipeline lags, at most for `limit`.
    ///
    /// - Returns: the records that are not finished, by group; empty when all are.
    func settle(within limit: Duration) async throws -> [String: Int64] {
        let deadline = Deadline.after(limit)
        while true {
            let lag = try await self.lag()
            if lag.isEmpty || deadline.hasPassed { return lag }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func lag() async throws -> [String: Int64] {
        let topics = self.topics
        let groups = [topics.toRedisGroup, topics.toMongoGroup, topics.archiveGroup, topics.toPushGroup]
        var lag: [String: Int64] = [:]
        for group in groups {
            var sum: Int64 = 0
            for partition in try await self.kafka.groupLag(group, deadline: .after(.seconds(10))).values {
                let partition = try partition.get()
                sum += partition.records ?? Int64(partition.watermarks.count)
            }
            if sum > 0 { lag[group] = sum }
        }
        return lag
    }

    /// The greatest seq of a conversation that the history has finished; 0 of nothing.
    func head(of conversationID: String) async throws -> Int64 {
        try await HistoryStore(mongo: self.mongo).heads(of: [conversationID])[conversationID]?.maxSeq ?? 0
    }

    /// What MongoDB holds of a conversation, and the head of it.
    ///
    /// - Parameters:
    ///   - conversationID: the conversation.
    ///   - greatest: the greatest seq that any other source knows.
    /// - Returns: the greatest seq by the head, and what stands in slots, also beyond both.
    /// - Throws: what the driver throws.
    func history(_ conversationID: String, greatest: Int64) async throws -> (head: Int64, entries: [StoredEntry]) {
        let store = HistoryStore(mongo: self.mongo)
        let head = try await self.head(of: conversationID)
        var entries: [StoredEntry] = []
        // A little further: a slot above the head would be wrong, and is to be seen.
        let last = max(head, greatest) + 100
        for start in stride(from: 1, through: last, by: Int64.Stride(Self.seqsPerQuery)) {
            let seqs = Array(start...min(start + Self.seqsPerQuery - 1, last))
            for (seq, message) in try await store.messages(conversationID, seqs: seqs) {
                entries.append(StoredEntry(seq: seq, sendID: message.sendID, clientMsgID: message.clientMsgID))
            }
        }
        return (head, entries.sorted { $0.seq < $1.seq })
    }

    /// What Postgres holds of a conversation.
    func archive(_ conversationID: String) async throws -> [StoredEntry] {
        let last = try await ArchiveStore(postgres: self.postgres).count(conversationID: conversationID).highest
        var entries: [StoredEntry] = []
        for start in stride(from: 1, through: last, by: Int64.Stride(Self.seqsPerQuery)) {
            let rows = try await self.postgres.query(
                """
                SELECT seq, send_id, client_msg_id FROM messages
                WHERE conversation_id = \(conversationID) AND seq BETWEEN \(start) AND \(start + Self.seqsPerQuery - 1)
                ORDER BY seq
                """
            )
            for row in rows {
                entries.append(
                    StoredEntry(
                        seq: try row.decode("seq"),
                        sendID: try row.decode("send_id"),
                        clientMsgID: try row.decode("client_msg_id")
                    )
                )
            }
        }
        return entries
    }
}
