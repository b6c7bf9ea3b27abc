import IMProtocol
import IMStorage
import Kafka
import Logging
import ServerRuntime
import SwiftProtobuf

/// The transfer of one partition, owned by one task: batches finish in order, so the committed offset is simply the end
/// of the last one.
struct PartitionTransfer {
    /// Something about our place in the log is in doubt: what is in memory may be wrong, so it is read anew.
    private struct Doubt: Error {
        let cause: any Error
    }

    /// Identities of messages that are kept in memory for a partition; beyond it all are dropped and read again when they
    /// are needed.
    private static let identitiesMax = 200_000
    /// How long reading the tail of the log may take.
    private static let takeOverMax: Duration = .seconds(600)

    private let partition: KafkaPartition
    private let dependencies: TransferDependencies
    private let logger: Logger
    /// Conversations with messages in the part of `toMongo` that the history does not have yet; known from the take-over.
    private var tail: [String: ConversationState] = [:]
    private var states: [String: ConversationState] = [:]
    /// Identities in `states` at the most: those that left a window are still in it until it is counted anew.
    private var identityCount = 0

    init(partition: KafkaPartition, dependencies: TransferDependencies) {
        self.partition = partition
        self.dependencies = dependencies
        var logger = dependencies.logger
        logger[metadataKey: "kafka.partition"] = "\(partition.partition)"
        self.logger = logger
    }

    mutating func run() async throws {
        var doubts = 0
        while self.partition.isOwned {
            do {
                try await self.takeOver()
                doubts = 0
                while let records = try await self.nextBatch() {
                    try await self.process(records)
                }
                return
            } catch let doubt as Doubt {
                doubts += 1
                self.logger.warning(
                    "transfer starts again from the log",
                    metadata: ["error": "\(doubt.cause)", "doubts": "\(doubts)"]
                )
                try await Task.sleep(for: Backoff().delay(attempt: doubts))
            }
        }
    }

    /// A read that failed may have left out records: only starting again from the committed offset is safe.
    private func nextBatch() async throws -> [KafkaRecord]? {
        do {
            return try await self.partition.nextBatch()
        } catch {
            try Task.checkCancellation()
            throw Doubt(cause: error)
        }
    }

    /// Learns what the log and the history hold, then goes on from the committed offset.
    ///
    /// The order matters: the committed offset first, then the history writer's position, then the log from there to its
    /// end. Read the other way round, a message could slip between two answers.
    private mutating func takeOver() async throws {
        self.tail = [:]
        self.states = [:]
        self.identityCount = 0
        let number = self.partition.partition
        let dependencies = self.dependencies
        do {
            let committed = try await self.partition.committed()
            let (first, last) = try await self.partition.watermarks()
            let start = try LogPosition.check(
                committed,
                low: first,
                high: last,
                reader: "transfer",
                log: "\(dependencies.topics.toRedis)/\(number)"
            )
            let position = try await dependencies.history.position(of: number)?.next
            let deadline = Deadline.after(Self.takeOverMax)
            let (low, high) = try await dependencies.log.watermarks(
                topic: dependencies.topics.toMongo,
                partition: number,
                deadline: deadline
            )
            let next = try LogPosition.check(
                position,
                low: low,
                high: high,
                reader: "history",
                log: "\(dependencies.topics.toMongo)/\(number)"
            )
            var tail: [String: ConversationState] = [:]
            try await dependencies.log.read(
                topic: dependencies.topics.toMongo,
                partition: number,
                from: next,
                to: high,
                deadline: deadline
            ) { records in
                for record in records { try Self.learn(record, &tail) }
            }
            self.tail = tail
            try await self.partition.start(at: .offset(start))
            self.logger.info(
                "transfer took over",
                metadata: ["from": "\(start)", "tail": "\(high - next)"]
            )
        } catch {
            try Task.checkCancellation()
            throw Doubt(cause: error)
        }
    }

    private static func learn(_ record: KafkaRecord, _ tail: inout [String: ConversationState]) throws {
        // A record that does not decode is the history writer's to report; it holds no seq that counts.
        guard let payload = try? Openim_Msg_MsgDataToMongoByMQ(serializedBytes: record.value ?? []),
            let run = try? SequencedMessages(payload)
        else { return }
        for message in run.messages {
            let identity = try MessageIdentity(
                conversationID: run.conversationID,
                sendID: message.sendID,
                clientMsgID: message.clientMsgID
            )
            tail[run.conversationID, default: ConversationState(maxSeq: 0)].learn(identity, seq: message.seq)
        }
    }

    private mutating func process(_ records: [KafkaRecord]) async throws {
        guard let last = records.last else { return }
        var incoming: [IncomingMessage] = []
        for record in records {
            do {
                incoming.append(try IncomingMessage(record))
            } catch let rejection as IncomingMessage.Rejection {
                try await self.dependencies.deadLetters.add(record, reason: rejection.reason)
            }
        }
        try await self.loadStates(of: incoming)
        let batch = TransferBatch(incoming, &self.states)
        try await self.forward(batch)
        try await self.publish(batch)
        do {
            try await self.partition.commit(last.offset + 1)
        } catch {
            // Not ours any more, or the broker is away: either way the work is done, and doing it again changes nothing.
            throw Doubt(cause: error)
        }
    }

    /// Reads heads and newest messages of the conversations of a batch that are not in memory yet.
    private mutating func loadStates(of incoming: [IncomingMessage]) async throws {
        self.identityCount += incoming.count
        if self.identityCount > Self.identitiesMax {
            self.identityCount = self.states.values.reduce(0) { $0 + $1.count }
            guard self.identityCount <= Self.identitiesMax / 2 else {
                throw Doubt(cause: MemoryFull(identities: self.identityCount))
            }
        }
        let unknown = Set(incoming.lazy.filter(\.isStored).map(\.conversationID)).filter { self.states[$0] == nil }
        guard !unknown.isEmpty else { return }
        let history = self.dependencies.history
        let (heads, newest) = try await self.dependencies.retry.run("read conversation heads") {
            let heads = try await history.heads(of: Array(unknown))
            return (heads, try await history.newest(heads))
        }
        for conversationID in unknown {
            var state = ConversationState(maxSeq: heads[conversationID]?.maxSeq ?? 0)
            for known in newest[conversationID] ?? [] { state.learn(known.identity, seq: known.seq) }
            if let tail = self.tail.removeValue(forKey: conversationID) { state.merge(tail) }
            self.identityCount += state.count
            self.states[conversationID] = state
        }
    }

    /// Makes the batch's new messages real: their records stand in `toMongo`.
    private func forward(_ batch: TransferBatch) async throws {
        for round in batch.rounds { try await self.append(round) }
    }

    private func append(_ round: [TransferBatch.NewRun]) async throws {
        let records = try round.map { run in
            let payload = Openim_Msg_MsgDataToMongoByMQ.with {
                $0.lastSeq = run.lastSeq
                $0.conversationID = run.conversationID
                $0.msgData = run.messages
            }
            return KafkaProducerRecord(
                topic: self.dependencies.topics.toMongo,
                partition: self.partition.partition,
                key: run.key,
                value: try payload.serializedBytes(),
                headers: PipelineHeaders(joining: run.operationIDs).kafkaHeaders
            )
        }
        for result in await self.dependencies.producer.send(records) {
            // Whether a failed append stands in the log is unknown, so the log is read again.
            if case .failure(let error) = result { throw Doubt(cause: error) }
        }
    }

    /// Shows the batch to readers (Redis), then to receivers (`toPush`).
    ///
    /// Each step may be repeated.
    private func publish(_ batch: TransferBatch) async throws {
        let dependencies = self.dependencies
        let created = batch.messages.filter { $0.isStored && $0.message.seq == 1 }.flatMap(Self.newConversations)
        if !created.isEmpty {
            try await dependencies.retry.run("create conversations") {
                try await dependencies.conversations.insertMissing(created, createTime: dependencies.clock.milliseconds)
            }
        }
        let runs = batch.storedRuns.map { SequencedMessages(conversationID: $0.key, risingMessages: $0.value) }
        let records = try batch.messages.map(self.pushRecord)
        // Before the push: who is told of a message can read it at once.
        try await dependencies.retry.run("put messages into Redis") { try await dependencies.cache.put(runs) }
        try await dependencies.retry.run("produce to \(dependencies.topics.toPush)") {
            for result in await dependencies.producer.send(records) { _ = try result.get() }
        }
    }

    private func pushRecord(_ incoming: IncomingMessage) throws -> KafkaProducerRecord {
        let payload = Openim_Msg_PushMsgDataToMQ.with {
            $0.msgData = incoming.message
            $0.conversationID = incoming.conversationID
        }
        return KafkaProducerRecord(
            topic: self.dependencies.topics.toPush,
            partition: self.partition.partition,
            key: incoming.key,
            value: try payload.serializedBytes(),
            headers: incoming.headers.kafkaHeaders
        )
    }

    /// The rows of a chat that begins: both sides of a single chat, the receiver's of a system chat.
    private static func newConversations(_ first: IncomingMessage) -> [ConversationRepository.New] {
        guard !ConversationID.isNotification(first.conversationID) else { return [] }
        let message = first.message
        func side(_ owner: String, _ peer: String) -> ConversationRepository.New {
            .init(
                ownerUserID: owner,
                conversationID: first.conversationID,
                type: message.sessionType,
                userID: peer
            )
        }
        switch SessionType(rawValue: message.sessionType) {
        case .single: return [side(message.sendID, message.recvID), side(message.recvID, message.sendID)]
        case .notification: return [side(message.recvID, message.sendID)]
        case .group, .writeGroup, nil: return []
        }
    }
}

/// The transfer's memory has reached its bound and is dropped.
private struct MemoryFull: Error {
    let identities: Int
}
