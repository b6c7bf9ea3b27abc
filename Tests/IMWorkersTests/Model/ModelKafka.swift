import IMProtocol
import Kafka
import ServerRuntime
import SwiftProtobuf

@testable import IMStorage
@testable import IMWorkers

/// The logs and groups of the model.
final class ModelKafka {
    private struct Member: Hashable {
        let group: String
        let partition: Int32
    }

    let topics = PipelineTopics()
    private let truth: ModelTruth
    /// The first offset that `toMongo` still has.
    var logStart: Int64 = 0
    private var logs: [String: [[KafkaRecord]]] = [:]
    private var committed: [Member: Int64] = [:]
    private var owners: [Member: ModelPartition] = [:]

    init(partitions: Int, truth: ModelTruth) {
        self.truth = truth
        for topic in self.topics.aligned { self.logs[topic] = Array(repeating: [], count: partitions) }
    }

    func records(_ topic: String, _ partition: Int32) -> [KafkaRecord] {
        self.logs[topic]?[Int(partition)] ?? []
    }

    func end(_ topic: String, _ partition: Int32) -> Int64 {
        Int64(self.logs[topic]?[Int(partition)].count ?? 0)
    }

    func start(_ topic: String) -> Int64 {
        topic == self.topics.toMongo ? self.logStart : 0
    }

    /// Appends a record and tells the truth of it.
    @discardableResult
    func append(_ record: KafkaProducerRecord) -> KafkaDelivery {
        let partition = record.partition ?? 0
        let offset = self.end(record.topic, partition)
        let stored = KafkaRecord(
            topic: record.topic,
            partition: partition,
            offset: offset,
            key: record.key,
            value: record.value,
            headers: record.headers
        )
        self.logs[record.topic]?[Int(partition)].append(stored)
        if record.topic == self.topics.toMongo { self.truth.logged(stored) }
        if record.topic == self.topics.toPush,
            let payload = try? Openim_Msg_PushMsgDataToMQ(serializedBytes: record.value ?? [])
        {
            self.truth.pushed(payload.conversationID, payload.msgData)
        }
        return KafkaDelivery(topic: record.topic, partition: partition, offset: offset)
    }

    // MARK: - Groups

    func owner(_ group: String, _ partition: Int32) -> ModelPartition? {
        self.owners[Member(group: group, partition: partition)]
    }

    func assign(_ partition: ModelPartition) {
        self.owners[Member(group: partition.group, partition: partition.partition)] = partition
    }

    func committed(_ group: String, _ partition: Int32) -> Int64? {
        self.committed[Member(group: group, partition: partition)]
    }

    /// Loses the group's offset of a partition.
    func forgetOffset(_ group: String, _ partition: Int32) {
        self.committed[Member(group: group, partition: partition)] = nil
    }

    func commit(_ next: Int64, by partition: ModelPartition) throws {
        let member = Member(group: partition.group, partition: partition.partition)
        guard self.owners[member] === partition else { throw ModelFault.notOwned }
        self.committed[member] = next
        if partition.group == self.topics.toRedisGroup { self.checkFinished(partition.partition, before: next) }
    }

    /// P7: nothing before a committed offset is unfinished.
    private func checkFinished(_ partition: Int32, before next: Int64) {
        for record in self.records(self.topics.toRedis, partition).prefix(Int(next)) {
            guard !self.truth.isDeadLettered(record) else { continue }
            guard let message = try? Openim_Sdkws_MsgData(serializedBytes: record.value ?? []),
                let conversationID = ConversationID.of(message)
            else {
                self.truth.breaks("P7: offset \(next) is committed, \(record.offset) was not dead-lettered")
                continue
            }
            let identity = ModelTruth.identity(conversationID, message)
            if message.isOn(.history) {
                if self.truth.seqs[identity] == nil {
                    self.truth.breaks("P7: offset \(next) is committed, \(message.clientMsgID) has no seq")
                }
                if !self.truth.cached.contains(identity) {
                    self.truth.breaks("P7: offset \(next) is committed, \(message.clientMsgID) was never cached")
                }
            }
            if !self.truth.pushed.contains(identity) {
                self.truth.breaks("P7: offset \(next) is committed, \(message.clientMsgID) was never pushed")
            }
        }
    }
}
