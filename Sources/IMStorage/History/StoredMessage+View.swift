import Foundation
package import IMProtocol
import SwiftProtobuf

extension StoredMessage {
    /// The message as one reader sees it.
    ///
    /// - Parameter userID: the reader.
    /// - Returns: without content and with status 4 when the reader has deleted it; as a revocation (2101) when it was
    ///   revoked; with the receiver's read mark in single chats.
    /// - Throws: when the revocation cannot be written as JSON.
    package func seen(by userID: String) throws -> Openim_Sdkws_MsgData {
        var message = self.message
        if message.sessionType == SessionType.single.rawValue {
            message.isRead = self.isRead
        }
        if self.deletedFor.contains(userID) {
            message.content = Data()
            message.status = MessageStatus.deleted.rawValue
        } else if let revoked = try self.revokedContent() {
            message.contentType = ContentType.revokeNotification.rawValue
            message.content = Data(JSONValue.object([JSONMember("detail", .string(revoked))]).encoded())
        }
        return message
    }

    /// The JSON that tells clients of the revocation; nil when the message was not revoked.
    package func revokedContent() throws -> String? {
        guard let revocation else { return nil }
        let content = Openim_Sdkws_MessageRevokedContent.with {
            $0.revokerID = revocation.userID
            $0.revokerRole = revocation.role
            $0.clientMsgID = self.message.clientMsgID
            $0.revokerNickname = revocation.nickname
            $0.revokeTime = revocation.time
            $0.sourceMessageSendTime = self.message.sendTime
            $0.sourceMessageSendID = self.message.sendID
            $0.sourceMessageSenderNickname = self.message.senderNickname
            $0.sessionType = self.message.sessionType
            $0.seq = self.message.seq
            $0.ex = self.message.ex
        }
        return String(decoding: try ProtoJSON.encode(content), as: UTF8.self)
    }
}
