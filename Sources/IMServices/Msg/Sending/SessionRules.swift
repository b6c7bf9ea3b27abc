import IMProtocol

/// Which kinds of message may go to which kind of chat, and from whom.
enum SessionRules {
    /// Checks kind of chat and content type.
    ///
    /// - Parameters:
    ///   - message: the message, with the server's options.
    ///   - isInternal: whether it comes from an administrator or from the server itself.
    /// - Returns: the kind of chat.
    /// - Throws: 1001 for a combination that does not exist, 1002 for a notification of an ordinary caller.
    static func check(_ message: Openim_Sdkws_MsgData, isInternal: Bool) throws(IMError) -> SessionType {
        guard let session = SessionType(rawValue: message.sessionType), session != .writeGroup else {
            throw IMError(.args, "sessionType: must be 1, 3 or 4, got \(message.sessionType)")
        }
        let isAnnouncement = ContentType(rawValue: message.contentType) == .oaNotification
        guard isAnnouncement || session != .notification else {
            throw IMError(.args, "sessionType: 4 needs contentType 1400")
        }
        guard !isAnnouncement || session == .notification else {
            throw IMError(.args, "contentType: 1400 needs sessionType 4")
        }
        guard isInternal || !message.isNotification else {
            let field = message.isOn(.isNotNotification) ? "contentType: \(message.contentType)" : "isNotNotification"
            throw IMError(.noPermission, "\(field): notifications are the server's to send")
        }
        return session
    }
}
