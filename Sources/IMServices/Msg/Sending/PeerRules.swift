import IMProtocol
import IMStorage

/// Whether a user may write to another one.
struct PeerRules: Sendable {
    let settings: MsgServer.Settings
    let users: any UserDirectory
    let friends: any FriendDirectory
    let conversations: any ConversationDirectory

    /// Checks both sides of a single or notification chat, and applies the receiver's options.
    ///
    /// - Throws: 1004 for an unknown user, 1302 when the receiver has blocked the sender, 1303 when it does not have it as a
    ///   friend and must, 1001 when it does not receive messages.
    func apply(to message: inout Openim_Sdkws_MsgData) async throws {
        let users = try await self.users.find([message.sendID, message.recvID])
        guard let sender = users[message.sendID] else {
            throw IMError(.recordNotFound, "sendID: there is no user \(message.sendID)")
        }
        guard let receiver = users[message.recvID] else {
            throw IMError(.recordNotFound, "recvID: there is no user \(message.recvID)")
        }
        // Notifications are nobody's to refuse.
        guard !message.isNotification else { return }
        if !self.settings.adminUserIDs.contains(message.sendID), !sender.isSystemAccount {
            try await self.checkRelation(of: message)
        }
        try await self.applyOption(of: receiver, to: &message)
    }

    private func checkRelation(of message: Openim_Sdkws_MsgData) async throws {
        guard try await !self.friends.isBlocked(message.sendID, by: message.recvID) else {
            throw IMError(.blockedByPeer, "recvID: \(message.recvID) has blocked \(message.sendID)")
        }
        guard self.settings.verifiesFriends else { return }
        guard try await self.friends.isFriend(message.sendID, of: message.recvID) else {
            throw IMError(.notPeersFriend, "recvID: \(message.sendID) is no friend of \(message.recvID)")
        }
    }

    /// The receiver's option for everybody counts first, then that for this chat.
    private func applyOption(of receiver: UserRecord, to message: inout Openim_Sdkws_MsgData) async throws {
        let refusal = IMError(.args, "message is not sent: recvID \(message.recvID) does not receive messages")
        switch ReceiveOption(rawValue: receiver.globalReceiveOption) {
        case .doNotReceive: throw refusal
        case .receiveWithoutNotice: return message.switchOff(.offlinePush)
        case .receive, nil: break
        }
        guard let conversationID = ConversationID.chat(message),
            let row = try await self.conversations.row(conversationID, of: message.recvID)
        else { return }
        switch ReceiveOption(rawValue: row.receiveOption) {
        case .doNotReceive: throw refusal
        case .receiveWithoutNotice: message.switchOff(.offlinePush)
        case .receive, nil: break
        }
    }
}
