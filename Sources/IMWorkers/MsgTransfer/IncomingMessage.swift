import IMProtocol
import IMStorage
import Kafka
import SwiftProtobuf

/// A record of `toRedis`, read and checked.
struct IncomingMessage: Sendable {
    /// Why a record is no message.
    struct Rejection: Error {
        let reason: String
    }

    let conversationID: String
    let identity: MessageIdentity
    let key: [UInt8]?
    let headers: PipelineHeaders
    /// Size of the record's value.
    let byteCount: Int
    /// Whether it gets a seq and is stored.
    let isStored: Bool
    var message: Openim_Sdkws_MsgData

    init(_ record: KafkaRecord) throws {
        do {
            self.message = try Openim_Sdkws_MsgData(serializedBytes: record.value ?? [])
        } catch {
            throw Rejection(reason: "the value is no MsgData: \(error)")
        }
        self.byteCount = record.value?.count ?? 0
        if let violation = MessageRules.violation(of: self.message, byteCount: self.byteCount) {
            throw Rejection(reason: violation)
        }
        guard let conversationID = ConversationID.of(self.message) else {
            throw Rejection(reason: "unknown sessionType")
        }
        self.conversationID = conversationID
        self.identity = try MessageIdentity(
            conversationID: conversationID,
            sendID: self.message.sendID,
            clientMsgID: self.message.clientMsgID
        )
        self.key = record.key
        self.headers = PipelineHeaders(record)
        self.isStored = self.message.isOn(.history)
    }
}
