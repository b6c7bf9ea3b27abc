package import IMProtocol
import Mongo

/// A message as the history holds it, with what became of it since.
package struct StoredMessage: Sendable, Equatable {
    /// The message as it was sent.
    package var message: Openim_Sdkws_MsgData
    /// How it was revoked; nil when it was not.
    package var revocation: Revocation?
    /// The users who deleted it for themselves.
    package var deletedFor: [String]
    /// Whether the receiver has read it; single chats only.
    package var isRead: Bool

    package init(
        _ message: Openim_Sdkws_MsgData,
        revocation: Revocation? = nil,
        deletedFor: [String] = [],
        isRead: Bool = false
    ) {
        self.message = message
        self.revocation = revocation
        self.deletedFor = deletedFor
        self.isRead = isRead
    }
}

extension StoredMessage {
    /// The message of the slot that `reader` is in front of; nil when there is none or its content was deleted.
    ///
    /// - Parameters:
    ///   - reader: in front of the slot's fields.
    ///   - seq: the seq that belongs to the slot.
    /// - Returns: nil, too, when the slot holds a message of another seq, which no version of the server writes.
    /// - Throws: `.invalidDocument` when the bytes are no document.
    static func decode(_ reader: inout BSONReader, seq: Int64) throws(MongoError) -> StoredMessage? {
        var stored: StoredMessage?
        var marks = StoredMessage(Openim_Sdkws_MsgData())
        while try reader.next() {
            if reader.isKey("msg"), reader.type == .document {
                stored = StoredMessage(try reader.readDocument(MessageDocument.decode))
            } else if reader.isKey("revoke"), reader.type == .document {
                marks.revocation = try reader.readDocument(Revocation.decode)
            } else if reader.isKey("del_list") {
                marks.deletedFor = try reader.lenientTexts()
            } else if reader.isKey("is_read") {
                marks.isRead = reader.lenientBool
            }
        }
        guard let message = stored?.message, message.seq == seq || message.seq == 0 else { return nil }
        marks.message = message
        marks.message.seq = seq
        return marks
    }
}
