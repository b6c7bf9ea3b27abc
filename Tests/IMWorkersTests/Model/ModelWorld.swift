import IMProtocol
import Kafka
import Logging
import ServerRuntime
import SwiftProtobuf
import TestKit

@testable import IMStorage
@testable import IMWorkers

/// The pipeline with everything around it in memory: the code under test runs as in a server, and a seed decides what
/// happens to it.
///
/// Not checked: everything of the model runs on one thread.
final class ModelWorld: @unchecked Sendable {
    let schedule: ModelSchedule
    let truth = ModelTruth()
    let kafka: ModelKafka
    let history: ModelHistory
    let archive: ModelArchive
    let cache: ModelCache
    let partitions: Int32
    let mutation: ModelMutation?
    var limits = TransferLimits()
    /// The rules of the version of the server that starts next.
    var violation: @Sendable (Openim_Sdkws_MsgData, Int) -> String? = MessageRules.violation
    /// Milliseconds since the beginning.
    var now: Int64 = 1_000_000
    /// The most records of a batch.
    var batchMax = 500
    /// How often an acknowledgement lacks its offset, in percent.
    var lostOffsets = 0
    /// How often a read of the history is older than another before it, in percent, and by how many writes.
    var staleReads = (percent: 0, writes: 5)
    /// What users have read, by the place that knows it.
    var readSeqs: [String: [ModelReadMarks.Key: Int64]] = [:]
    private(set) var processes: [ModelProcess] = []
    /// Every partition that was ever assigned.
    private var assigned: [ModelPartition] = []
    private var arrivals: [MessageIdentity: Int] = [:]
    private var names: [String: Int] = [:]

    // For mutations.
    var logEndAtPosition: [String: Int64] = [:]
    var deferred: [String: [SequencedMessages]] = [:]

    init(seed: Seed, partitions: Int32 = 1, mutation: ModelMutation? = nil) {
        self.schedule = ModelSchedule(seed: seed)
        self.partitions = partitions
        self.mutation = mutation
        self.kafka = ModelKafka(partitions: Int(partitions), truth: self.truth)
        self.history = ModelHistory(truth: self.truth)
        self.archive = ModelArchive(truth: self.truth)
        self.cache = ModelCache(truth: self.truth)
    }

    // MARK: - Chance

    func flip() -> Bool {
        Bool.random(using: &self.schedule.random)
    }

    func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &self.schedule.random) < percent
    }

    func batchSize(atMost count: Int) -> Int {
        count <= self.batchMax ? count : Int.random(in: 1...self.batchMax, using: &self.schedule.random)
    }

    func losesOffset() -> Bool {
        self.lostOffsets > 0 && self.chance(self.lostOffsets)
    }

    /// How many writes ago a read of the history sees.
    func staleWrites() -> Int {
        guard self.staleReads.percent > 0, self.chance(self.staleReads.percent) else { return 0 }
        return Int.random(in: 1...self.staleReads.writes, using: &self.schedule.random)
    }

    // MARK: - Messages

    /// A message of a sender to a receiver, created now.
    func message(
        _ id: String,
        from sender: String = "a",
        to receiver: String = "b",
        createTime: Int64? = nil
    ) -> Openim_Sdkws_MsgData {
        var message = Incoming.message(id, from: sender, to: receiver)
        message.createTime = createTime ?? self.now
        return message
    }

    /// A message arrives in `toRedis`.
    func arrive(_ message: Openim_Sdkws_MsgData, in partition: Int32 = 0) {
        do {
            let record = try Incoming.record(message)
            let conversationID = ConversationID.of(message) ?? ""
            self.arrivals[ModelTruth.identity(conversationID, message)] = self.arrivals.count
            self.arrive(record.value ?? [], key: record.key, in: partition)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// Any bytes arrive in `toRedis`.
    func arrive(_ value: [UInt8], key: [UInt8]?, in partition: Int32 = 0) {
        let headers = PipelineHeaders(operationID: "op").kafkaHeaders
        self.kafka.append(
            KafkaProducerRecord(
                topic: self.kafka.topics.toRedis,
                partition: partition,
                key: key,
                value: value,
                headers: headers
            )
        )
    }

    func arrival(_ identity: MessageIdentity?) -> Int {
        identity.flatMap { self.arrivals[$0] } ?? 0
    }

    /// The epoch that the next record of `toMongo` names.
    func nextEpoch(_ partition: Int32, from next: Int64) -> Int64? {
        for record in self.kafka.records(self.kafka.topics.toMongo, partition).dropFirst(Int(next)) {
            guard let payload = try? Openim_Msg_MsgDataToMongoByMQ(serializedBytes: record.value ?? []) else {
                continue
            }
            if payload.hasEpoch { return payload.epoch }
        }
        return nil
    }

    // MARK: - Processes

    func process(_ kind: String) -> ModelProcess {
        self.names[kind, default: 0] += 1
        let process = ModelProcess(name: "\(kind)\(self.names[kind] ?? 0)")
        self.processes.append(process)
        return process
    }

    /// Runs `body` as a part of `process`, up to its first call.
    func host(_ process: ModelProcess, _ body: @escaping @Sendable () async throws -> Void) {
        let task = Task(executorPreference: self.schedule.executor) {
            do {
                try await body()
            } catch {
                guard !process.isKilled else { return }
                self.truth.breaks("\(process.name) ended: \(error)")
            }
        }
        process.host(task)
        self.schedule.executor.drain()
    }

    func dependencies(_ process: ModelProcess) -> TransferDependencies {
        let sender = ModelSender(world: self, process: process)
        return TransferDependencies(
            sender: sender,
            log: ModelLogReader(world: self, process: process),
            topics: self.kafka.topics,
            history: ModelHistoryAccess(world: self, process: process),
            archive: ModelArchiveAccess(world: self, process: process),
            cache: ModelCacheAccess(world: self, process: process),
            conversations: ModelConversations(world: self, process: process),
            positions: ModelReadMarks(world: self, process: process, name: "positions"),
            readSeqs: ModelReadMarks(world: self, process: process, name: "readSeqs"),
            letters: sender,
            clock: WallClock { self.now },
            timer: self.timer(process),
            limits: self.limits,
            violation: self.violation,
            metrics: ModelWorld.metrics,
            logger: ModelWorld.logger
        )
    }

    private static let metrics = TransferMetrics()
    private static let logger = Logger(label: "model") { _ in SwiftLogNoOpLogHandler() }

    private func timer(_ process: ModelProcess) -> PipelineTimer {
        PipelineTimer {
            try await self.sleep(process, $0)
        } makeUUID: {
            (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &self.schedule.random) }
        }
    }

    func sleep(_ process: ModelProcess, _ duration: Duration) async throws {
        do {
            try await self.schedule.call(process, "sleep", faults: []) {}
        } catch {
            throw CancellationError()
        }
    }

    /// Starts a process that can own partitions of `toRedis`.
    func startTransfer() -> ModelProcess {
        let process = self.process("T")
        let dependencies = self.dependencies(process)
        let watch = HistoryWatch(
            pinned: process.pinned,
            history: ModelHistoryAccess(world: self, process: process, isWatch: true),
            cache: dependencies.cache,
            timer: PipelineTimer {
                try await self.watchSleep(process, $0)
            } makeUUID: {
                []
            },
            logger: dependencies.logger
        )
        self.host(process) { await watch.run() }
        return process
    }

    private func watchSleep(_ process: ModelProcess, _ duration: Duration) async throws {
        do {
            try await self.schedule.call(process, "watch", faults: []) {}
        } catch {
            throw CancellationError()
        }
    }

    /// Gives a partition of `toRedis` to a process.
    @discardableResult
    func assignTransfer(_ number: Int32 = 0, to process: ModelProcess) -> ModelPartition {
        let topics = self.kafka.topics
        let partition = ModelPartition(topics.toRedis, group: topics.toRedisGroup, number, process, self)
        let dependencies = self.dependencies(process)
        self.assign(partition) {
            var transfer = PartitionTransfer(
                partition: partition,
                pinned: process.pinned,
                dependencies: dependencies
            )
            try await transfer.run()
        }
        return partition
    }

    /// Starts a history writer of a partition.
    @discardableResult
    func startWriter(_ number: Int32 = 0) -> ModelPartition {
        let topics = self.kafka.topics
        let process = self.process("W")
        let partition = ModelPartition(topics.toMongo, group: topics.toMongoGroup, number, process, self)
        let follower = HistoryWriter.follower(self.dependencies(process))
        self.assign(partition) { try await follower.follow(partition) }
        return partition
    }

    /// Starts an archiver of a partition.
    @discardableResult
    func startArchiver(_ number: Int32 = 0) -> ModelPartition {
        let topics = self.kafka.topics
        let process = self.process("A")
        let partition = ModelPartition(topics.toMongo, group: topics.archiveGroup, number, process, self)
        let follower = Archiver.follower(self.dependencies(process))
        self.assign(partition) { try await follower.follow(partition) }
        return partition
    }

    private func assign(_ partition: ModelPartition, _ body: @escaping @Sendable () async throws -> Void) {
        self.schedule.note("\(partition.group)/\(partition.partition) to \(partition.process.name)")
        self.kafka.assign(partition)
        self.assigned.append(partition)
        self.host(partition.process) {
            try await body()
            partition.isFinished = true
            if partition.isOwned, !partition.process.isKilled {
                self.truth.breaks("P7: \(partition.process.name) leaves its partition unread")
            }
        }
    }

    /// Tells everybody who owns a partition no more.
    func noticeOwners() {
        for partition in self.assigned where self.kafka.owner(partition.group, partition.partition) !== partition {
            partition.notice()
        }
    }

    func kill(_ process: ModelProcess) {
        self.schedule.kill(process) { _ in self.flip() }
    }
}

/// The conversations' rows of one process: nothing depends on them here.
///
/// Not checked: everything of the model runs on one thread.
struct ModelConversations: ConversationCreator, @unchecked Sendable {
    let world: ModelWorld
    let process: ModelProcess

    func insertMissing(_ conversations: [ConversationRepository.New], createTime: Int64) async throws {
        try await self.world.schedule.call(self.process, "conversations") {}
    }

    func insertMissing(membersOf groupID: String, conversationID: String, type: Int32, createTime: Int64) async throws {
        try await self.world.schedule.call(self.process, "conversations") {}
    }
}
