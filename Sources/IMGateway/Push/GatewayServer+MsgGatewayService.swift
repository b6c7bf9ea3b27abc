package import IMProtocol
import NIOCore
import SwiftProtobuf

extension GatewayServer: MsgGatewayService {
    /// Writes one message to all connections of the given users here; a user that is named twice counts once.
    ///
    /// The frame is made once for each way of writing it that a receiver uses, and all receivers share its bytes. Returns
    /// when every connection has taken the frame or refused it, so that messages pushed one after another arrive so.
    ///
    /// - Returns: one result a user, with one element per connection: 0, 1603 when the connection is ending, 1604 for an iOS
    ///   app in the background. `onlinePush` says whether an iOS or Android phone has taken it.
    /// - Throws: 1001 for a message whose conversation cannot be named, 500 when it cannot be encoded.
    package func superGroupOnlineBatchPushOneMsg(
        _ request: Openim_Msggateway_OnlineBatchPushOneMsgReq,
        _ context: CallContext
    ) async throws -> Openim_Msggateway_OnlineBatchPushOneMsgResp {
        var users: [Openim_Msggateway_SingleMsgToUserResults] = []
        var targets: [PushTarget] = []
        var seen: Set<String> = []
        for userID in request.pushToUserIds where seen.insert(userID).inserted {
            for session in self.node.registry.sessions(of: userID) {
                targets.append(PushTarget(userIndex: users.count, session: session))
            }
            users.append(.with { $0.userID = userID })
        }
        if !targets.isEmpty {
            let response = try Self.envelope(for: request.msgData, context)
            let codes = try await PushDelivery.deliver(response, to: targets)
            for (target, code) in zip(targets, codes) {
                users[target.userIndex].add(code, for: target.session.identity)
            }
        }
        var answer = Openim_Msggateway_OnlineBatchPushOneMsgResp()
        answer.singlePushResult = users
        return answer
    }

    /// The push frame's envelope for `message`.
    private static func envelope(
        for message: Openim_Sdkws_MsgData,
        _ context: CallContext
    ) throws -> ResponseEnvelope {
        guard let conversationID = ConversationID.of(message) else {
            throw IMError(.args, "unknown sessionType \(message.sessionType)")
        }
        var delivered = message
        if delivered.status == MessageStatus.sending.rawValue {
            delivered.status = MessageStatus.sent.rawValue
        }
        var messages = Openim_Sdkws_PullMsgs()
        messages.msgs = [delivered]
        var push = Openim_Sdkws_PushMessages()
        if ConversationID.isNotification(conversationID) {
            push.notificationMsgs[conversationID] = messages
        } else {
            push.msgs[conversationID] = messages
        }
        return ResponseEnvelope(
            identifier: GatewayOperation.push.rawValue,
            operationID: context.operationID,
            data: try push.serializedBytes()
        )
    }
}

extension Openim_Msggateway_SingleMsgToUserResults {
    /// Adds what became of the message on one connection.
    fileprivate mutating func add(_ code: Int64, for identity: SessionIdentity) {
        var platform = Openim_Msggateway_SingleMsgToUserPlatform()
        platform.resultCode = code
        platform.recvID = identity.userID
        platform.recvPlatFormID = identity.platform.rawValue
        self.resp.append(platform)
        if code == 0, identity.platform == .iOS || identity.platform == .android {
            self.onlinePush = true
        }
    }
}
