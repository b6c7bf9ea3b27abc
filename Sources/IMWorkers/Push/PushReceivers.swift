import IMProtocol

/// Who gets a message on their open connections.
enum PushReceivers {
    /// The users of a message: in single and system chats the receiver and, unless switched off, the sender's own other
    /// devices.
    ///
    /// Groups follow with the group service.
    static func of(_ message: Openim_Sdkws_MsgData) -> [String] {
        switch SessionType(rawValue: message.sessionType) {
        case .single, .notification:
            guard message.isOn(.senderSync), message.sendID != message.recvID else { return [message.recvID] }
            return [message.recvID, message.sendID]
        case .group, .writeGroup, nil:
            return []
        }
    }
}
