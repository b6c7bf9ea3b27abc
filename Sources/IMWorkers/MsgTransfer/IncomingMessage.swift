import IMProtocol
import IMStorage
import Kafka
import SwiftProtobuf

/// A record of `toRedis`, read.
///
/// Whether it keeps the rules is asked only of messages that are new: what has a seq keeps it, whatever this version of
/// the server thinks of it.
struct IncomingMessage: Sendable {
    /// Why a record is no message.
    struct Rejection: Error {
        let reason: String
    }

    let record: KafkaRecord
    let conversationID: String
    let identity: MessageIdentity
    let headers: PipelineHeaders
    /// Whether it gets a seq and is stored.
    let isStored: Bool
    var message: Openim_Sdkws_MsgData

    init(_ record: KafkaRecord) throws {
        do {
            self.message = try Openim_Sdkws_MsgData(serializedBytes: record.value ?? [])
        } catch {
            throw Rejection(reason: "the value is no MsgData: \(error)")
        }
        guard let conversationID = ConversationID.of(self.message) else {
            throw Rejection(reason: "unknown sessionType")
        }
        self.record = record
        self.conversationID = conversationID
        self.identity = try MessageIdentity(
            conversationID: conversationID,
            sendID: self.message.sendID,
            clientMsgID: self.message.clientMsgID
        )
        self.headers = PipelineHeaders(record)
        self.isStored = self.message.isOn(.history)
    }

    /// The key of its records.
    var key: [UInt8]? {
        self.record.key
    }

    /// Size of the record's value.
    var byteCount: Int {
        self.record.value?.count ?? 0
    }

    /// What the history is asked about it.
    var sought: SoughtMessage {
        SoughtMessage(
            conversationID: self.conversationID,
            identity: self.identity,
            createTime: self.message.createTime
        )
    }
}
