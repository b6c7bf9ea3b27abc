import IMProtocol
import IMStorage
import Kafka
import SwiftProtobuf

/// What the log says, and every promise that was seen broken.
///
/// It knows nothing of the code under test: it reads `toMongo` as guarantees.md, step 3, says.
final class ModelTruth {
    private struct Partition {
        var epoch: Int64?
        /// The epoch before each offset, and behind the last one.
        var epochs: [Int64?] = [nil]
        /// Messages of each record that count.
        var messages: [[(String, Int64)]] = []
    }

    private var partitions: [Int32: Partition] = [:]
    /// The identity of each seq that is real, by conversation.
    private(set) var identities: [String: [MessageIdentity]] = [:]
    private(set) var seqs: [MessageIdentity: Int64] = [:]
    private(set) var pushed: Set<MessageIdentity> = []
    private var pushedMax: [String: Int64] = [:]
    private(set) var cached: Set<MessageIdentity> = []
    private(set) var deadLetters: Set<KafkaTopicPartitionOffset> = []
    private(set) var broken: [String] = []
    /// Records of messages that do not count.
    private(set) var voidRecords = 0

    struct KafkaTopicPartitionOffset: Hashable {
        let topic: String
        let partition: Int32
        let offset: Int64
    }

    func breaks(_ promise: String) {
        self.broken.append(promise)
    }

    /// The identity of a message.
    static func identity(_ conversationID: String, _ message: Openim_Sdkws_MsgData) -> MessageIdentity {
        do {
            return try MessageIdentity(
                conversationID: conversationID,
                sendID: message.sendID,
                clientMsgID: message.clientMsgID
            )
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// A record landed in `toMongo`.
    func logged(_ record: KafkaRecord) {
        var partition = self.partitions[record.partition] ?? Partition()
        defer { self.partitions[record.partition] = partition }
        var messages: [(String, Int64)] = []
        defer {
            partition.messages.append(messages)
            partition.epochs.append(partition.epoch)
        }
        guard let payload = try? Openim_Msg_MsgDataToMongoByMQ(serializedBytes: record.value ?? []) else { return }
        if payload.hasClaim {
            partition.epoch = record.offset
            return
        }
        guard payload.hasEpoch, payload.epoch == partition.epoch else {
            self.voidRecords += 1
            return
        }
        for message in payload.msgData {
            let conversationID = payload.conversationID
            let identity = Self.identity(conversationID, message)
            let next = Int64(self.identities[conversationID]?.count ?? 0) + 1
            if message.seq != next { self.breaks("P3: \(message.clientMsgID) got seq \(message.seq), next is \(next)") }
            if let seq = self.seqs[identity] {
                self.breaks("P2: \(message.clientMsgID) has seq \(seq) and got \(message.seq)")
            } else {
                self.seqs[identity] = message.seq
                self.identities[conversationID, default: []].append(identity)
            }
            messages.append((conversationID, message.seq))
        }
    }

    /// How many seqs of a conversation are real.
    func maxSeq(_ conversationID: String) -> Int64 {
        Int64(self.identities[conversationID]?.count ?? 0)
    }

    /// Whether this is the message of this seq.
    func isReal(_ conversationID: String, _ message: Openim_Sdkws_MsgData) -> Bool {
        self.seqs[Self.identity(conversationID, message)] == message.seq
    }

    /// Something shows a message as that of its seq.
    func shown(_ conversationID: String, _ message: Openim_Sdkws_MsgData, by place: String) {
        guard !self.isReal(conversationID, message) else { return }
        self.breaks("\(place) shows \(message.clientMsgID) as seq \(message.seq), which is not real")
    }

    /// A message landed in `toPush`.
    func pushed(_ conversationID: String, _ message: Openim_Sdkws_MsgData) {
        let identity = Self.identity(conversationID, message)
        if message.seq > 0 {
            self.shown(conversationID, message, by: "push")
            if self.pushed.insert(identity).inserted {
                if message.seq < self.pushedMax[conversationID] ?? 0 {
                    self.breaks("P4: \(message.clientMsgID), seq \(message.seq), is pushed behind a newer one")
                }
                self.pushedMax[conversationID] = max(self.pushedMax[conversationID] ?? 0, message.seq)
            }
        } else {
            self.pushed.insert(identity)
        }
    }

    /// A message was put into the cache.
    func cached(_ conversationID: String, _ message: Openim_Sdkws_MsgData) {
        self.shown(conversationID, message, by: "the cache")
        self.cached.insert(Self.identity(conversationID, message))
    }

    /// A record went to the dead letters.
    func deadLettered(_ record: KafkaRecord) {
        self.deadLetters.insert(.init(topic: record.topic, partition: record.partition, offset: record.offset))
    }

    func isDeadLettered(_ record: KafkaRecord) -> Bool {
        self.deadLetters.contains(.init(topic: record.topic, partition: record.partition, offset: record.offset))
    }

    /// Whether this is the last claim before `next`.
    func epoch(of partition: Int32, before next: Int64) -> Int64? {
        let epochs = self.partitions[partition]?.epochs ?? [nil]
        guard epochs.indices.contains(Int(next)) else { return nil }
        return epochs[Int(next)]
    }

    /// The messages that count of the records of a partition before `next`.
    func messages(of partition: Int32, before next: Int64) -> [(conversationID: String, seq: Int64)] {
        (self.partitions[partition]?.messages ?? []).prefix(Int(next)).flatMap { $0 }
            .map { (conversationID: $0.0, seq: $0.1) }
    }
}
