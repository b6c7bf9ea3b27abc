package import IMProtocol
import IMStorage
import Kafka
import OpenSSL
import ServerRuntime
import SwiftProtobuf

extension MsgServer {
    package func sendMsg(
        _ request: Openim_Msg_SendMsgReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_SendMsgResp {
        guard request.hasMsgData else { throw IMError(.args, "msgData is missing") }
        var message = request.msgData
        try context.requireSelf(message.sendID)
        try self.complete(&message, context)
        var bytes = try self.checkedBytes(of: message)
        if try await self.checkParties(of: &message, context) == .changed {
            bytes = try self.checkedBytes(of: message)
        }
        try await self.produce(message, bytes, context)
        return .with {
            $0.serverMsgID = message.serverMsgID
            $0.clientMsgID = message.clientMsgID
            $0.sendTime = message.sendTime
        }
    }

    /// Sets what the server decides: its id, the time, the state, and the options of some content types.
    ///
    /// The server's id is derived from sender and client id, so that a message that is sent again gets the same one.
    private func complete(_ message: inout Openim_Sdkws_MsgData, _ context: CallContext) throws {
        message.serverMsgID = Hex.encode(try Digest.md5(Array("\(message.sendID)\u{0}\(message.clientMsgID)".utf8)))
        if message.sendTime == 0 || !context.isAdmin { message.sendTime = self.clock.milliseconds }
        message.seq = 0
        message.status = MessageStatus.sending.rawValue
        switch ContentType(rawValue: message.contentType) {
        case .revoke:
            message.switchOff(.unreadCount, .offlinePush)
        case .hasReadReceipt:
            message.switchOff(.conversationUpdate, .senderConversationUpdate, .unreadCount, .offlinePush)
        case .typing:
            message.switchOff(
                .history,
                .persistent,
                .senderSync,
                .conversationUpdate,
                .senderConversationUpdate,
                .unreadCount,
                .offlinePush
            )
        default: break
        }
    }

    /// The message as it goes into the pipeline.
    ///
    /// - Throws: 1001 when a rule is broken: what is accepted must pass the transfer's check of the same bytes.
    private func checkedBytes(of message: Openim_Sdkws_MsgData) throws -> [UInt8] {
        let bytes: [UInt8] = try message.serializedBytes()
        if let violation = MessageRules.violation(of: message, byteCount: bytes.count) {
            throw IMError(.args, violation)
        }
        return bytes
    }

    private enum Outcome {
        case unchanged
        case changed
    }

    /// Checks that sender and receiver may talk, and applies the receiver's option to the message.
    private func checkParties(of message: inout Openim_Sdkws_MsgData, _ context: CallContext) async throws -> Outcome {
        let contentType = ContentType(rawValue: message.contentType)
        switch SessionType(rawValue: message.sessionType) {
        case .single where contentType != .oaNotification: break
        case .single: throw IMError(.args, "contentType 1400 needs sessionType 4")
        case .notification where contentType == .oaNotification: break
        case .notification: throw IMError(.args, "sessionType 4 needs contentType 1400")
        case .group: throw IMError(.args, "sessionType 3: group chats are not served yet")
        case .writeGroup, nil: throw IMError(.args, "unknown sessionType")
        }
        let users = try await self.users.find([message.sendID, message.recvID])
        guard let sender = users[message.sendID] else {
            throw IMError(.recordNotFound, "sendID \(message.sendID): no such user")
        }
        guard let receiver = users[message.recvID] else {
            throw IMError(.recordNotFound, "recvID \(message.recvID): no such user")
        }
        let isNotification = contentType.isNotification || !message.isOn(.isNotNotification)
        guard !isNotification || context.isAdmin || (contentType == .oaNotification && sender.isSystemAccount) else {
            throw IMError(.noPermission, "contentType \(message.contentType): notifications are the server's to send")
        }
        // Administrators reach everybody, and notifications are nobody's to refuse.
        guard !isNotification, !self.adminUserIDs.contains(message.sendID) else { return .unchanged }
        switch receiver.globalReceiveOption {
        case 1: throw IMError(.args, "message is not sent")
        case 2:
            message.switchOff(.offlinePush)
            return .changed
        default: return .unchanged
        }
    }

    /// Hands the message to the pipeline; returns when Kafka has acknowledged it.
    private func produce(_ message: Openim_Sdkws_MsgData, _ bytes: [UInt8], _ context: CallContext) async throws {
        guard let key = ConversationID.kafkaKey(message) else { throw IMError(.args, "unknown sessionType") }
        let record = KafkaProducerRecord(
            topic: self.topics.toRedis,
            key: Array(key.utf8),
            value: bytes,
            headers: PipelineHeaders(context).kafkaHeaders
        )
        _ = try await self.producer.send(record)
    }
}
