import IMProtocol
import IMStorage
import Kafka
import Logging
import ServerRuntime
import SwiftProtobuf

/// The transfer of one partition, owned by one task: batches finish in order, so the committed offset is simply the end
/// of the last one.
struct PartitionTransfer {
    /// Something about our place in the log is in doubt: what is in memory may be wrong, so it is learned anew.
    private struct Doubt: Error {
        let cause: any Error
    }

    private let partition: any OwnedPartition
    private let pinned: PinnedMessages
    private let dependencies: TransferDependencies
    private let publisher: TransferPublisher
    private let retry: Retry
    private let logger: Logger
    private let ticket: UInt64
    private var memory: PartitionMemory

    init(partition: any OwnedPartition, pinned: PinnedMessages, dependencies: TransferDependencies) {
        self.partition = partition
        self.pinned = pinned
        self.dependencies = dependencies
        var logger = dependencies.logger
        logger[metadataKey: "kafka.partition"] = "\(partition.partition)"
        self.logger = logger
        // A step that fails when the partition is not ours is its next owner's.
        self.retry = Retry(logger: logger, timer: dependencies.timer) { partition.isOwned }
        self.publisher = TransferPublisher(
            partition: partition.partition,
            retry: self.retry,
            dependencies: dependencies
        )
        self.memory = PartitionMemory(limits: dependencies.limits)
        self.ticket = pinned.join(partition.partition)
    }

    /// Works until the partition is not ours any more, or the task is cancelled.
    mutating func run() async throws {
        defer { self.pinned.leave(self.ticket) }
        var doubts = 0
        while self.partition.isOwned {
            do {
                var log = try await self.takeOver(isAgain: doubts > 0)
                try await self.waitForRoom()
                while let records = try await self.nextBatch() {
                    try await self.process(records, &log)
                    doubts = 0
                    try await self.waitForRoom()
                }
                return
            } catch let doubt as Doubt {
                doubts += 1
                self.dependencies.metrics.doubted()
                self.logger.warning(
                    "transfer starts again from the log",
                    metadata: ["error": "\(doubt.cause)", "doubts": "\(doubts)"]
                )
                try await self.dependencies.timer.sleep(self.retry.backoff.delay(attempt: doubts))
            } catch is Retry.Abandoned {
                // A step failed and the partition is not ours: its next owner does the batch again.
                return
            }
        }
    }

    /// Learns what the log and the history hold, and begins to read at the committed offset.
    ///
    /// The order is what makes it right. The committed offset comes before the claim, and the claim before reading the
    /// log: what a former owner has under way stands before our claim and is read, or behind it and is void.
    private mutating func takeOver(isAgain: Bool) async throws -> TransferLog {
        let number = self.partition.partition
        self.memory = PartitionMemory(limits: self.dependencies.limits)
        self.pinned.restart(self.ticket, next: 0)
        do {
            let start = try await self.committedOffset()
            // A zombie that claimed in turns with the owner would let neither work: the group decides who it is.
            if isAgain { try await self.partition.commit(start) }
            let position = try await self.historyPosition()
            self.pinned.restart(self.ticket, next: position.next)
            let log = try await TransferLog(claiming: number, self.dependencies)
            self.dependencies.metrics.claimed()
            try await self.readTail(from: position, to: log.epoch)
            try await self.partition.start(at: .offset(start))
            self.logger.info(
                "transfer took over",
                metadata: ["from": "\(start)", "epoch": "\(log.epoch)", "tail": "\(log.epoch - position.next)"]
            )
            return log
        } catch {
            try Task.checkCancellation()
            throw Doubt(cause: error)
        }
    }

    /// Where to go on in `toRedis`; at its begin when the group has no offset: every message finds its seq again.
    private func committedOffset() async throws -> Int64 {
        let committed = try await self.partition.committed()
        let (low, high) = try await self.partition.watermarks()
        return try LogPosition.check(
            committed,
            low: low,
            high: high,
            reader: "transfer",
            log: "\(self.partition.topic)/\(self.partition.partition)"
        )
    }

    /// How far the history has followed our partition of `toMongo`.
    private func historyPosition() async throws -> PipelinePosition {
        let topic = self.dependencies.topics.toMongo
        let number = self.partition.partition
        let stored = try await self.dependencies.history.position(of: number)
        let (low, high) = try await self.dependencies.log.watermarks(
            topic: topic,
            partition: number,
            deadline: .after(.seconds(60))
        )
        let next = try LogPosition.check(
            stored?.next,
            low: low,
            high: high,
            reader: "history",
            log: "\(topic)/\(number)"
        )
        return PipelinePosition(next: next, epoch: stored?.epoch)
    }

    /// Learns the valid messages that the history does not have, and tells the cache of them: a server that took over
    /// from one that failed may have missed what the former owner wrote there.
    private mutating func readTail(from position: PipelinePosition, to end: Int64) async throws {
        var memory = self.memory
        let (pinned, ticket) = (self.pinned, self.ticket)
        try await TransferLog.read(self.partition.partition, from: position, to: end, self.dependencies) {
            run,
            offset in
            try memory.learnTail(run, at: offset)
            let noted = PinnedMessages.Run(
                offset: offset,
                conversationID: run.conversationID,
                maxSeq: run.messages.last?.seq ?? 0,
                count: run.messages.count
            )
            pinned.add([noted], to: ticket)
        }
        self.memory = memory
        let maxima = memory.tailMaxima
        guard !maxima.isEmpty else { return }
        try await self.retry.run("raise maxima") {
            try await self.dependencies.cache.raise(maxima)
        }
    }

    /// Waits while the transfers of this process hold more than they may, until the history has passed some of it.
    ///
    /// The partition is not read meanwhile, so nothing more gathers.
    private func waitForRoom() async throws {
        guard self.pinned.total >= self.dependencies.limits.pinnedMax else { return }
        self.dependencies.metrics.paused()
        self.logger.warning("transfer waits for the history", metadata: ["messages": "\(self.pinned.total)"])
        while self.pinned.total >= self.dependencies.limits.pinnedMax, self.partition.isOwned {
            try await self.dependencies.timer.sleep(.milliseconds(200))
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

    private mutating func process(_ records: [KafkaRecord], _ log: inout TransferLog) async throws {
        guard let last = records.last else { return }
        var incoming: [IncomingMessage] = []
        for record in records {
            do {
                incoming.append(try IncomingMessage(record))
            } catch let rejection as IncomingMessage.Rejection {
                try await self.dependencies.deadLetters.add(record, reason: rejection.reason)
            }
        }
        try await self.openWindows(of: incoming)
        let found = try await self.lookUp(incoming)
        let violation = self.dependencies.violation
        let batch = TransferBatch(incoming, &self.memory, found: found, violation: violation)
        for rejected in batch.rejected {
            try await self.dependencies.deadLetters.add(rejected.record, reason: rejected.reason)
        }
        for round in batch.rounds { try await self.append(round, &log) }
        try await self.publisher.publish(batch)
        try await self.retry.run("commit") {
            try await self.partition.commit(last.offset + 1)
        }
        self.memory.trim(
            batch.conversationIDs,
            passedBy: self.pinned.next(of: self.ticket),
            partitions: self.pinned.partitionCount
        )
        self.dependencies.metrics.holds(pinned: self.pinned.total)
    }

    /// What a read of the history must see: nothing before it is in memory for certain.
    private var progress: HistoryProgress {
        HistoryProgress(partition: self.partition.partition, next: self.pinned.next(of: self.ticket))
    }

    /// Reads heads and newest messages of the conversations of a batch that are not in memory yet.
    private mutating func openWindows(of incoming: [IncomingMessage]) async throws {
        let unknown = self.memory.begin(Set(incoming.lazy.filter(\.isStored).map(\.conversationID)))
        guard !unknown.isEmpty else { return }
        let openings = try await self.retry.run("read heads") {
            try await self.dependencies.history.opening(of: unknown, self.progress)
        }
        for conversationID in unknown { self.memory.open(conversationID, openings[conversationID]) }
    }

    /// Looks those messages up in the history that are neither in memory nor new for certain: late resends, clocks that
    /// are behind, a replay from the begin.
    private mutating func lookUp(_ incoming: [IncomingMessage]) async throws -> [MessageIdentity: Int64] {
        let late = incoming.filter { message in
            guard message.isStored, let window = self.memory[message.conversationID] else { return false }
            return window.seq(of: message.identity) == nil && !window.isNew(createTime: message.message.createTime)
        }
        guard !late.isEmpty else { return [:] }
        self.dependencies.metrics.lookedUp(late.count)
        let history = self.dependencies.history
        let found = try await self.retry.run("look messages up") {
            try await history.seqs(of: late.map(\.sought), self.progress)
        }
        for message in late {
            guard let seq = found[message.identity] else { continue }
            let createTime = message.message.createTime
            self.memory.change(message.conversationID) {
                $0.learn(message.identity, seq: seq, createTime: createTime, offset: ConversationWindow.inHistory)
            }
        }
        return found
    }

    /// Makes new messages real: their records stand in `toMongo`, under the newest claim.
    private mutating func append(_ round: [TransferBatch.NewRun], _ log: inout TransferLog) async throws {
        let offsets: [Int64]
        do {
            offsets = try await log.append(round)
        } catch {
            try Task.checkCancellation()
            // What stands in the log is unknown, so it is read again.
            throw Doubt(cause: error)
        }
        let standing = zip(round, offsets).sorted { $0.1 < $1.1 }
        for (run, offset) in standing {
            self.memory.change(run.conversationID) { window in
                for identity in run.identities { window.stands(identity, at: offset) }
            }
        }
        let runs = standing.map { run, offset in
            PinnedMessages.Run(
                offset: offset,
                conversationID: run.conversationID,
                maxSeq: run.lastSeq + Int64(run.messages.count),
                count: run.messages.count
            )
        }
        self.pinned.add(runs, to: self.ticket)
    }
}
