package import IMProtocol
import IMStorage
import Kafka
import ServerRuntime
import SwiftProtobuf

extension MsgServer {
    package func sendMsg(
        _ request: Openim_Msg_SendMsgReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_SendMsgResp {
        guard request.hasMsgData else { throw IMError(.args, "msgData: is missing") }
        var message = request.msgData
        guard !message.sendID.isEmpty else { throw IMError(.args, "sendID: is empty") }
        try context.requireSelf(message.sendID)
        try OutgoingMessage.complete(&message)
        // The size of the whole is known at the end only; the content alone may be too large already.
        try Self.checkRules(of: message, byteCount: message.content.count)
        let session = try SessionRules.check(message, isInternal: context.isAdmin)
        switch session {
        case .group, .writeGroup:
            let rules = GroupRules(settings: self.settings, groups: self.dependencies.groups)
            try await rules.check(message, now: self.clock.milliseconds)
        case .single, .notification:
            // A group's id in a chat of two would lead the archive astray.
            message.groupID = ""
            try await self.peerRules.apply(to: &message)
        }
        // Only administrators say when a message was sent.
        let isPreset = context.isAdmin && message.sendTime > 0
        if !isPreset { message.sendTime = self.clock.milliseconds }
        // What is not stored has no seq and is not sent again.
        return try await self.send(message, isRemembered: !isPreset && message.isOn(.history), context)
    }

    package func sendSimpleMsg(
        _ request: Openim_Msg_SendSimpleMsgReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_SendSimpleMsgResp {
        guard request.hasMsgData else { throw IMError(.args, "msgData: is missing") }
        var order = Openim_Msg_SendMsgReq()
        order.msgData = request.msgData
        try context.requireSelf(order.msgData.sendID)
        guard let sender = try await self.dependencies.users.find([order.msgData.sendID])[order.msgData.sendID] else {
            throw IMError(.recordNotFound, "sendID: there is no user \(order.msgData.sendID)")
        }
        order.msgData.senderNickname = sender.nickname
        order.msgData.senderFaceURL = sender.faceURL
        let sent = try await self.sendMsg(order, context)
        return .with {
            $0.serverMsgID = sent.serverMsgID
            $0.clientMsgID = sent.clientMsgID
            $0.sendTime = sent.sendTime
        }
    }

    package func setSendMsgStatus(
        _ request: Openim_Msg_SetSendMsgStatusReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_SetSendMsgStatusResp {
        try await self.dependencies.statuses.set(request.status, of: context.operationID)
        return Openim_Msg_SetSendMsgStatusResp()
    }

    package func getSendMsgStatus(
        _ request: Openim_Msg_GetSendMsgStatusReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetSendMsgStatusResp {
        let status = try await self.dependencies.statuses.status(of: context.operationID)
        return .with { $0.status = status ?? 0 }
    }

    package func getServerTime(
        _ request: Openim_Msg_GetServerTimeReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetServerTimeResp {
        .with { $0.serverTime = self.clock.milliseconds }
    }

    private var peerRules: PeerRules {
        PeerRules(
            settings: self.settings,
            users: self.dependencies.users,
            friends: self.dependencies.friends,
            conversations: self.dependencies.conversations
        )
    }

    /// Sends a notification of this service, which needs no permission.
    func notify(_ notification: Openim_Sdkws_MsgData, _ context: CallContext) async throws {
        var message = notification
        try OutgoingMessage.complete(&message)
        message.sendTime = self.clock.milliseconds
        _ = try await self.send(message, isRemembered: false, context)
    }

    /// Hands a message to the pipeline; returns when Kafka has acknowledged it.
    ///
    /// - Parameters:
    ///   - checked: the message, with the time of this attempt.
    ///   - isRemembered: whether it takes the time of its first attempt.
    ///   - context: the caller.
    /// - Returns: the answer.
    /// - Throws: 1001 when a rule is broken: what is accepted must pass the transfer's check of the same bytes.
    private func send(
        _ checked: Openim_Sdkws_MsgData,
        isRemembered: Bool,
        _ context: CallContext
    ) async throws -> Openim_Msg_SendMsgResp {
        var message = checked
        guard let key = ConversationID.kafkaKey(message), let conversationID = ConversationID.of(message) else {
            throw IMError(.args, "sessionType: must be 1, 3 or 4, got \(message.sessionType)")
        }
        let identity = try MessageIdentity(
            conversationID: conversationID,
            sendID: message.sendID,
            clientMsgID: message.clientMsgID
        )
        if isRemembered { message.sendTime = await self.firstSendTime(of: identity, now: message.sendTime) }
        let bytes: [UInt8] = try message.serializedBytes()
        try Self.checkRules(of: message, byteCount: bytes.count)
        let record = KafkaProducerRecord(
            topic: self.dependencies.topics.toRedis,
            key: Array(key.utf8),
            value: bytes,
            headers: PipelineHeaders(context).kafkaHeaders
        )
        do throws(KafkaError) {
            _ = try await self.dependencies.outlet.send(record)
        } catch {
            if isRemembered, !error.mayHaveBeenApplied {
                // Without Redis the time ends by itself; a message that is sent later would only carry an old one.
                try? await self.dependencies.sendTimes.forget(identity)
            }
            throw error
        }
        return .with {
            $0.serverMsgID = message.serverMsgID
            $0.clientMsgID = message.clientMsgID
            $0.sendTime = message.sendTime
        }
    }

    /// When the message was sent first.
    ///
    /// Without Redis it is now: sends must go on, and what comes again keeps its seq all the same.
    private func firstSendTime(of identity: MessageIdentity, now: Int64) async -> Int64 {
        (try? await self.dependencies.sendTimes.first(identity, now: now)) ?? now
    }

    private static func checkRules(of message: Openim_Sdkws_MsgData, byteCount: Int) throws(IMError) {
        if let violation = MessageRules.violation(of: message, byteCount: byteCount) {
            throw IMError(.args, violation)
        }
    }
}
