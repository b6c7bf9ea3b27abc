package import IMProtocol

/// What every message must keep to, whoever produced it.
package enum MessageRules {
    /// The longest id, in bytes.
    package static let idBytesMax = 256
    /// The largest message, in encoded bytes: below Kafka's default record limit of 1,000,000 with room for the batch's
    /// own fields, so that whatever was accepted can be forwarded.
    package static let messageBytesMax = 900_000

    /// The first rule that `message` breaks, naming the field; nil when it keeps all.
    package static func violation(of message: Openim_Sdkws_MsgData) -> String? {
        let ids = [
            ("sendID", message.sendID, true), ("clientMsgID", message.clientMsgID, true),
            ("recvID", message.recvID, SessionType(rawValue: message.sessionType) == .single),
            ("groupID", message.groupID, SessionType(rawValue: message.sessionType) == .group),
            ("serverMsgID", message.serverMsgID, false),
        ]
        for (name, value, isRequired) in ids {
            if isRequired, value.isEmpty { return "\(name) is empty" }
            if value.utf8.count > self.idBytesMax { return "\(name) is longer than \(self.idBytesMax) bytes" }
        }
        // A NUL would cut a text short in the C drivers, and Postgres refuses it.
        let texts =
            ids.map { ($0.0, $0.1) } + [
                ("senderNickname", message.senderNickname), ("senderFaceURL", message.senderFaceURL),
                ("ex", message.ex),
                ("attachedInfo", message.attachedInfo),
            ]
        if let text = texts.first(where: { $0.1.utf8.contains(0) }) { return "\(text.0) holds a NUL character" }
        if message.options.keys.contains(where: { $0.utf8.contains(0) }) {
            return "options holds a NUL character in a key"
        }
        if message.content.isEmpty { return "content is empty" }
        guard SessionType(rawValue: message.sessionType) != nil else { return "unknown sessionType" }
        return nil
    }
}
