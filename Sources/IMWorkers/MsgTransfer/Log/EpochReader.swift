import IMProtocol
import IMStorage
import Kafka
import SwiftProtobuf

/// Tells which records of `toMongo` count.
///
/// Every owner of a partition begins with a claim, a record without messages whose offset is the owner's epoch, and
/// names that offset in its records. A record counts when it names the last claim before it. So whatever a former owner
/// still has under way is void from the next claim on, and all readers agree, for they read one log.
struct EpochReader: Sendable {
    /// What a record is.
    enum Entry: Sendable {
        /// A new owner begins here.
        case claim
        /// Messages that have their seqs for good.
        case valid(SequencedMessages)
        /// Written under another claim than the last: it has no effect.
        case void
        /// Written under the last claim, or by nobody of ours, and not what this topic holds.
        case unreadable(reason: String)
    }

    /// The offset of the last claim that was passed; nil before the first.
    private(set) var epoch: Int64?

    init(epoch: Int64?) {
        self.epoch = epoch
    }

    /// Takes the next record of the log.
    mutating func read(_ record: KafkaRecord) -> Entry {
        let payload: Openim_Msg_MsgDataToMongoByMQ
        do {
            payload = try Openim_Msg_MsgDataToMongoByMQ(serializedBytes: record.value ?? [])
        } catch {
            return .unreadable(reason: "the value is no MsgDataToMongoByMQ: \(error)")
        }
        if payload.hasClaim {
            self.epoch = record.offset
            return .claim
        }
        guard payload.hasEpoch, payload.epoch == self.epoch else { return .void }
        do {
            return .valid(try SequencedMessages(payload))
        } catch {
            return .unreadable(reason: "no messages that can be stored: \(error)")
        }
    }
}
