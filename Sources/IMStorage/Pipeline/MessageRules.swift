package import IMProtocol

/// What every message must keep to, whoever produced it.
///
/// The limits together keep a block of 100 messages below MongoDB's 16 MiB a document and every record below Kafka's
/// default of 1,000,000 bytes, so that what was accepted can always be forwarded and stored.
package enum MessageRules {
    /// The longest id, in bytes.
    package static let idBytesMax = 256
    /// The largest message, in encoded bytes.
    package static let messageBytesMax = 128 * 1024
    /// The most bytes of messages in one record of `toMongo`: below Kafka's limit, with room for key and headers.
    package static let recordBytesMax = 900_000
    /// The most users that one message mentions.
    package static let atUsersMax = 1000
    /// The most options, and the longest key of one in bytes.
    package static let optionsMax = 64

    /// The first rule that a message breaks.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - byteCount: its size in encoded bytes.
    /// - Returns: a text that names the field and the rule; nil when all are kept.
    package static func violation(of message: Openim_Sdkws_MsgData, byteCount: Int) -> String? {
        guard let session = SessionType(rawValue: message.sessionType) else { return "unknown sessionType" }
        let ids = [
            ("sendID", message.sendID, true), ("clientMsgID", message.clientMsgID, true),
            ("recvID", message.recvID, session == .single || session == .notification),
            ("groupID", message.groupID, session == .group), ("serverMsgID", message.serverMsgID, false),
        ]
        for (name, value, isRequired) in ids {
            if isRequired, value.isEmpty { return "\(name) is empty" }
            if value.utf8.count > self.idBytesMax { return "\(name) is longer than \(self.idBytesMax) bytes" }
        }
        // A NUL would cut a text short in the C drivers, and Postgres refuses it.
        let texts =
            ids.map { ($0.0, $0.1) } + [
                ("senderNickname", message.senderNickname), ("senderFaceURL", message.senderFaceURL),
                ("ex", message.ex), ("attachedInfo", message.attachedInfo),
            ]
        if let text = texts.first(where: { $0.1.utf8.contains(0) }) { return "\(text.0) holds a NUL character" }
        if message.content.isEmpty { return "content is empty" }
        if message.atUserIdlist.count > self.atUsersMax {
            return "atUserIDList holds more than \(self.atUsersMax) users"
        }
        if message.options.count > self.optionsMax { return "options holds more than \(self.optionsMax) keys" }
        if message.options.keys.contains(where: { $0.isEmpty || $0.utf8.count > self.optionsMax || $0.utf8.contains(0) }
        ) {
            return "options: a key must have 1 to \(self.optionsMax) bytes and no NUL character"
        }
        guard byteCount <= self.messageBytesMax else {
            return "the message has \(byteCount) bytes, more than \(self.messageBytesMax)"
        }
        return nil
    }
}
