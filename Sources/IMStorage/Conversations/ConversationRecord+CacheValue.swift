import Caching
import IMProtocol
import SwiftProtobuf

/// Kept as `openim.conversation.Conversation`, for the reasons that `UserRecord` gives.
extension ConversationRecord: CacheValue {
    package init(cacheBytes: [UInt8]) throws {
        let conversation = try Openim_Conversation_Conversation(serializedBytes: cacheBytes)
        guard !conversation.ownerUserID.isEmpty, !conversation.conversationID.isEmpty else {
            throw StorageError.malformed("a cached conversation has no owner or no id")
        }
        self.init(conversation)
    }

    package func cacheBytes() throws -> [UInt8] {
        try self.conversation.serializedBytes()
    }
}
