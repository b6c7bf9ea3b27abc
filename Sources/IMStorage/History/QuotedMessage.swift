import Foundation
import IMProtocol

/// The message that a quote (content type 114) repeats within its content.
struct QuotedMessage: Sendable {
    private let members: [JSONMember]
    private let quoted: [JSONMember]
    /// The seq of the quoted message, at least 1.
    let seq: Int64
    /// The id that its sender gave it; may be empty.
    let clientMsgID: String

    /// The quote in `message`; nil when it is none, or quotes nothing that has a seq, or what was revoked already.
    init?(in message: Openim_Sdkws_MsgData) {
        guard message.contentType == ContentType.quote.rawValue, !message.content.isEmpty,
            // Clients write the content; what does not parse is left to them.
            case .object(let members)? = try? JSONValue(parsing: Array(message.content)),
            case .object(let quoted)? = JSONValue.object(members)["quoteMessage"]
        else { return nil }
        let fields = JSONValue.object(quoted)
        guard case .number(let number)? = fields["seq"], let seq = number.integer(as: Int64.self), seq > 0 else {
            return nil
        }
        if case .number(let type)? = fields["contentType"],
            type.integer(as: Int32.self) == ContentType.revokeNotification.rawValue
        {
            return nil
        }
        self.members = members
        self.quoted = quoted
        self.seq = seq
        if case .string(let clientMsgID)? = fields["clientMsgID"] {
            self.clientMsgID = clientMsgID
        } else {
            self.clientMsgID = ""
        }
    }

    /// The content of the quote with the quoted part turned into a revocation.
    ///
    /// - Parameter revokedContent: the JSON of the revocation; nil when the quoted message is gone.
    /// - Returns: the JSON, all else in it as it was.
    func content(revoked revokedContent: String?) -> [UInt8] {
        let quoted = self.quoted.map { member in
            if member.name.equalsIgnoringASCIICase("contentType") {
                return JSONMember(member.name, .integer(ContentType.revokeNotification.rawValue))
            }
            guard member.name.equalsIgnoringASCIICase("content") else { return member }
            return JSONMember(member.name, .string(revokedContent ?? "{}"))
        }
        let hasType = quoted.contains { $0.name.equalsIgnoringASCIICase("contentType") }
        let type = JSONMember("contentType", .integer(ContentType.revokeNotification.rawValue))
        let members = self.members.map { member in
            member.name.equalsIgnoringASCIICase("quoteMessage")
                ? JSONMember(member.name, .object(hasType ? quoted : quoted + [type])) : member
        }
        return JSONValue.object(members).encoded()
    }
}
