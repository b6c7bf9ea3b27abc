internal import IMProtocol
internal import ServerRuntime

/// Sends messages for an application's server, in the name of any user.
struct MessageSender: Sendable {
    /// The level (`appMangerLevel`) from which an account counts as a system account.
    private static let systemAccountLevelMin: Int32 = 2

    private let services: APIServices
    private let clock: WallClock

    init(services: APIServices, clock: WallClock) {
        self.services = services
        self.clock = clock
    }

    /// Handles /msg/send_msg; administrators only.
    @Sendable func send(_ body: [UInt8], _ context: CallContext) async throws -> [UInt8]? {
        let request = try SendMessageRequest(RequestBodyError.parse(body))
        try context.requireAdmin()
        let message = try request.message(clientMsgID: RandomID.hex(), createTime: self.clock.milliseconds)
        if request.contentType == .oaNotification {
            try await self.requireSystemAccount(request.sendID, context)
        }
        var order = Openim_Msg_SendMsgReq()
        order.msgData = message
        let sent = try await self.services.msg.sendMsg(order, context)
        var status = Openim_Msg_SetSendMsgStatusReq()
        status.status = MessageStatus.sent.rawValue
        // The message is accepted, whatever becomes of the note about it.
        _ = try? await self.services.msg.setSendMsgStatus(status, context)
        return try Self.data(of: sent, for: message)
    }

    /// Throws 1101 for an unknown user and 1002 for an ordinary one: only system accounts send notifications.
    private func requireSystemAccount(_ userID: String, _ context: CallContext) async throws {
        var question = Openim_User_getDesignateUsersReq()
        question.userIds = [userID]
        let found = try await self.services.user.getDesignateUsers(question, context)
        guard let user = found.usersInfo.first else {
            throw IMError(.userIDNotFound, "sendID \(userID) does not exist")
        }
        guard user.appMangerLevel >= Self.systemAccountLevelMin else {
            throw IMError(.noPermission, "sendID \(userID) is no system account")
        }
    }

    /// The answer's data: what was sent, and the fields that a webhook changed.
    private static func data(of sent: Openim_Msg_SendMsgResp, for message: Openim_Sdkws_MsgData) throws -> [UInt8] {
        var members = [
            JSONMember("serverMsgID", .string(sent.serverMsgID)),
            JSONMember("clientMsgID", .string(sent.clientMsgID)),
            JSONMember("sendTime", .integer(sent.sendTime)),
        ]
        if sent.hasModify {
            let changes = try Self.changes(from: message, to: sent.modify)
            if !changes.isEmpty {
                members.append(JSONMember("modify", .object(changes)))
            }
        }
        return JSONValue.object(members).encoded()
    }

    /// The fields of `changed` that differ; the content as plain text.
    private static func changes(
        from message: Openim_Sdkws_MsgData,
        to changed: Openim_Sdkws_MsgData
    ) throws -> [JSONMember] {
        guard case .object(let members) = try JSONValue(parsing: ProtoJSON.encode(changed)) else { return [] }
        let before = try JSONValue(parsing: ProtoJSON.encode(message))
        return members.compactMap { member in
            guard (before[member.name] ?? .null) != member.value else { return nil }
            guard member.name == "content" else { return member }
            return JSONMember("content", .string(String(decoding: changed.content, as: UTF8.self)))
        }
    }
}
