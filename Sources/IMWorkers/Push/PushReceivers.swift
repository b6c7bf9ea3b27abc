import IMProtocol

/// Who gets a message on their open connections.
enum PushReceivers {
    /// The users of a message: in single and system chats the receiver and, unless switched off, the sender's own other
    /// devices; in groups all members, the sender among them.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - groups: who the members are.
    /// - Returns: the users; nobody for a kind of session that has no receivers.
    /// - Throws: when the members cannot be read.
    static func of(_ message: Openim_Sdkws_MsgData, _ groups: any GroupMembers) async throws -> [String] {
        switch SessionType(rawValue: message.sessionType) {
        case .single, .notification:
            guard message.isOn(.senderSync), message.sendID != message.recvID else { return [message.recvID] }
            return [message.recvID, message.sendID]
        case .group:
            return try await groups.memberIDs(of: message.groupID)
        case .writeGroup, nil:
            return []
        }
    }
}
