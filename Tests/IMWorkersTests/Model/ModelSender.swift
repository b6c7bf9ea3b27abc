import IMProtocol
import IMStorage
import Kafka
import ServerRuntime
import SwiftProtobuf

@testable import IMWorkers

/// The producer of one process.
///
/// Not checked: everything of the model runs on one thread.
final class ModelSender: RecordSender, LetterBox, @unchecked Sendable {
    private let world: ModelWorld
    private let process: ModelProcess
    /// For mutations: what the process has appended itself, and where its next record would stand without others.
    private var appended: Set<MessageIdentity> = []
    private var expected: Int64 = 0

    init(world: ModelWorld, process: ModelProcess) {
        self.world = world
        self.process = process
    }

    func send(_ records: [KafkaProducerRecord]) async -> [Result<KafkaDelivery, KafkaError>] {
        let topics = self.world.kafka.topics
        var records = records
        var name = "toPush"
        if records.first?.topic == topics.toMongo {
            name = records.first?.key == nil ? "claim" : "toMongo"
        } else {
            records = self.mutated(records)
        }
        guard !records.isEmpty else { return [] }
        do {
            if name == "toMongo" { try await self.note(records) }
            let deliveries = try await self.append(records, name)
            return self.mutated(deliveries, name).map { .success($0) }
        } catch {
            let failure = KafkaError(.timedOut, "\(error)", mayHaveBeenApplied: true)
            return Array(repeating: .failure(failure), count: records.count)
        }
    }

    private func append(_ records: [KafkaProducerRecord], _ name: String) async throws -> [KafkaDelivery] {
        let world = self.world
        let faults: [ModelOutcome] = [.refused, .answerLost, .partly, .late]
        let part = {
            // What one producer sends to one partition lands in its order, as far as it lands. The seqs do not rest on
            // it, the order of pushes does.
            let landed = Int.random(in: 0..<records.count, using: &world.schedule.random)
            let some = name == "toPush" ? Array(records.prefix(landed)) : records.filter { _ in world.flip() }
            for record in some { world.kafka.append(record) }
        }
        let whole = {
            if name == "toPush" { Self.checkOrder(records, world.truth) }
            let isUnknown = world.losesOffset()
            return records.map { record in
                var delivery = world.kafka.append(record)
                if isUnknown { delivery.offset = -1 }
                return delivery
            }
        }
        return try await world.schedule.call(self.process, name, faults: faults, partly: part, whole)
    }

    /// P4, for a receiver that connects now.
    private static func checkOrder(_ records: [KafkaProducerRecord], _ truth: ModelTruth) {
        var last: [String: Int64] = [:]
        for record in records {
            guard let payload = try? Openim_Msg_PushMsgDataToMQ(serializedBytes: record.value ?? []) else { continue }
            guard payload.msgData.seq > 0 else { continue }
            if payload.msgData.seq < last[payload.conversationID] ?? 0 {
                truth.breaks("P4: \(payload.msgData.clientMsgID) is pushed behind a newer one of its batch")
            }
            last[payload.conversationID] = payload.msgData.seq
        }
    }

    func add(_ record: KafkaRecord, reason: String, kind: String) async throws(KafkaError) -> KafkaDelivery {
        do {
            let world = self.world
            let faults: [ModelOutcome] = [.refused, .answerLost, .late]
            try await world.schedule.call(self.process, "deadLetter", faults: faults) {
                world.truth.deadLettered(record)
            }
            return KafkaDelivery(topic: "deadLetter", partition: 0, offset: 0)
        } catch {
            throw KafkaError(.timedOut, "\(error)")
        }
    }

    // MARK: - Mutations

    private func note(_ records: [KafkaProducerRecord]) async throws {
        self.appended = []
        var runs: [SequencedMessages] = []
        for record in records {
            let payload = try Openim_Msg_MsgDataToMongoByMQ(serializedBytes: record.value ?? [])
            runs.append(try SequencedMessages(payload))
            for message in payload.msgData {
                self.appended.insert(ModelTruth.identity(payload.conversationID, message))
            }
        }
        guard self.world.mutation == .cacheFirst else { return }
        try await ModelCacheAccess(world: self.world, process: self.process).put(runs)
    }

    private func mutated(_ records: [KafkaProducerRecord]) -> [KafkaProducerRecord] {
        let payloads = records.map { record in
            (record, try? Openim_Msg_PushMsgDataToMQ(serializedBytes: record.value ?? []))
        }
        func identity(_ payload: Openim_Msg_PushMsgDataToMQ?) -> MessageIdentity? {
            payload.map { ModelTruth.identity($0.conversationID, $0.msgData) }
        }
        switch self.world.mutation {
        case .noRepeatedPublishing:
            return payloads.filter { _, payload in
                payload?.msgData.seq == 0 || identity(payload).map { self.appended.contains($0) } ?? true
            }.map(\.0)
        case .arrivalOrder:
            let world = self.world
            return payloads.sorted { left, right in
                world.arrival(identity(left.1)) < world.arrival(identity(right.1))
            }.map(\.0)
        default: return records
        }
    }

    private func mutated(_ deliveries: [KafkaDelivery], _ name: String) -> [KafkaDelivery] {
        if name == "claim" {
            self.appended = []
            self.expected = (deliveries.first?.offset ?? -1) + 1
        }
        guard name == "toMongo", self.world.mutation == .noOffsetCheck else { return deliveries }
        return deliveries.map { delivery in
            var delivery = delivery
            delivery.offset = self.expected
            self.expected += 1
            return delivery
        }
    }
}

/// Reads the logs of the model without a group.
///
/// Not checked: everything of the model runs on one thread.
struct ModelLogReader: LogReader, @unchecked Sendable {
    let world: ModelWorld
    let process: ModelProcess

    func watermarks(
        topic: String,
        partition: Int32,
        deadline: Deadline
    ) async throws -> (low: Int64, high: Int64) {
        let world = self.world
        return try await world.schedule.call(self.process, "watermarks") {
            (low: world.kafka.start(topic), high: world.kafka.end(topic, partition))
        }
    }

    nonisolated(nonsending) func read(
        topic: String,
        partition: Int32,
        from: Int64,
        to: Int64,
        deadline: Deadline,
        _ body: ([KafkaRecord]) async throws -> Void
    ) async throws {
        let world = self.world
        var end = to
        switch world.mutation {
        case .noTail, .seqsFromCache: end = from
        case .claimAfterReading: end = min(to, world.logEndAtPosition[self.process.name] ?? to)
        default: break
        }
        guard from < end else { return }
        let records = try await world.schedule.call(self.process, "read") {
            Array(world.kafka.records(topic, partition)[Int(from)..<Int(end)])
        }
        for record in records { try await body([record]) }
    }
}
