import FoundationEssentials
import IMProtocol
import IMStorage
import Kafka
import Logging
import ServerRuntime
import SwiftProtobuf

/// The transfer's own place in partition p of `toMongo`: its claim, and what it has appended behind it.
struct TransferLog: Sendable {
    /// Another owner's claim stands where only our records should be, so ours behind it have no effect.
    struct ForeignClaim: Error {
        let offset: Int64
    }

    /// An append that was acknowledged, but without the offset that is needed.
    struct UnknownOffset: Error {}

    /// How long reading a range of the log may take.
    private static let readMax: Duration = .seconds(600)

    /// The offset of our claim.
    let epoch: Int64
    /// Where our next record must stand, if nobody else has appended.
    private var next: Int64
    private let partition: Int32
    private let dependencies: TransferDependencies

    /// Appends a claim; everything that other owners append from now on is void.
    ///
    /// - Throws: when its outcome or its offset is unknown; it is made again then, with a new id.
    init(claiming partition: Int32, _ dependencies: TransferDependencies) async throws {
        let payload = Openim_Msg_MsgDataToMongoByMQ.with { $0.claim = Data(dependencies.timer.makeUUID()) }
        let record = KafkaProducerRecord(
            topic: dependencies.topics.toMongo,
            partition: partition,
            value: try payload.serializedBytes(),
            headers: PipelineHeaders(operationID: "claim").kafkaHeaders
        )
        guard let offset = try await dependencies.sender.send([record]).first?.get().offset, offset >= 0 else {
            throw UnknownOffset()
        }
        self.epoch = offset
        self.next = offset + 1
        self.partition = partition
        self.dependencies = dependencies
    }

    /// Reads the valid messages of `range`, given the epoch of the claim before it.
    static func read(
        _ partition: Int32,
        from position: PipelinePosition,
        to end: Int64,
        _ dependencies: TransferDependencies,
        _ body: (SequencedMessages, _ offset: Int64) throws -> Void
    ) async throws {
        var reader = EpochReader(epoch: position.epoch)
        var void = 0
        try await dependencies.log.read(
            topic: dependencies.topics.toMongo,
            partition: partition,
            from: position.next,
            to: end,
            deadline: .after(self.readMax)
        ) { records in
            for record in records {
                switch reader.read(record) {
                case .valid(let messages): try body(messages, record.offset)
                case .void: void += 1
                // What cannot be read is the history writer's to report; it holds no seq that counts.
                case .claim, .unreadable: break
                }
            }
        }
        if void > 0 { dependencies.metrics.passedVoid(void, reader: "transfer") }
    }

    /// Appends records; returns where they stand, in the order of the runs, once it is certain that they count.
    ///
    /// - Throws: when it is not; then everything about this partition has to be learned anew.
    mutating func append(_ runs: [TransferBatch.NewRun]) async throws -> [Int64] {
        let records = try runs.map(self.record)
        let offsets = try await self.dependencies.sender.send(records).map { try $0.get().offset }
        let end = try await self.check(offsets)
        // A record without an offset stands somewhere before the end; later is the safe side.
        return offsets.map { $0 >= 0 ? $0 : end - 1 }
    }

    private func record(_ run: TransferBatch.NewRun) throws -> KafkaProducerRecord {
        let payload = Openim_Msg_MsgDataToMongoByMQ.with {
            $0.lastSeq = run.lastSeq
            $0.conversationID = run.conversationID
            $0.msgData = run.messages
            $0.epoch = self.epoch
        }
        return KafkaProducerRecord(
            topic: self.dependencies.topics.toMongo,
            partition: self.partition,
            key: run.key,
            value: try payload.serializedBytes(),
            headers: PipelineHeaders(joining: run.operationIDs).kafkaHeaders
        )
    }

    /// Makes sure that no claim stands before the records at `offsets`; returns the offset behind them.
    ///
    /// Only the owner appends, so their offsets follow each other: then there is nothing to read. Otherwise what stands
    /// in between is looked at; void records are harmless.
    private mutating func check(_ offsets: [Int64]) async throws -> Int64 {
        let sorted = offsets.sorted()
        guard let first = sorted.first, let last = sorted.last else { return self.next }
        if first == self.next, last == self.next + Int64(offsets.count) - 1, Set(offsets).count == offsets.count {
            self.next = last + 1
            return self.next
        }
        var end = last + 1
        if first < 0 {
            end = try await self.dependencies.log.watermarks(
                topic: self.dependencies.topics.toMongo,
                partition: self.partition,
                deadline: .after(Self.readMax)
            ).high
        }
        // An offset from before our claim: the log is another one.
        guard end >= self.next + Int64(offsets.count), first < 0 || first >= self.next else { throw UnknownOffset() }
        var reader = EpochReader(epoch: nil)
        try await self.dependencies.log.read(
            topic: self.dependencies.topics.toMongo,
            partition: self.partition,
            from: self.next,
            to: end,
            deadline: .after(Self.readMax)
        ) { records in
            for record in records {
                if case .claim = reader.read(record) { throw ForeignClaim(offset: record.offset) }
            }
        }
        self.next = end
        return end
    }
}
