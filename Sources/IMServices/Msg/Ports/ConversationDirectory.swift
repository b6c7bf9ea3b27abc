package import IMStorage

/// Who has which conversation, as the message service sees it.
package protocol ConversationDirectory: Sendable {
    /// What a user sees of a conversation; may be a moment old.
    func row(_ conversationID: String, of ownerID: String) async throws -> ConversationRecord?
    /// What a user sees of those of the conversations that it has, after every change that has returned.
    func rows(_ conversationIDs: [String], of ownerID: String) async throws -> [String: ConversationRecord]
    /// The same without any cache.
    func loadRows(_ conversationIDs: [String], of ownerID: String) async throws -> [String: ConversationRecord]
    /// The ids of all conversations of a user.
    func conversationIDs(of userID: String) async throws -> [String]
    /// The ids of the conversations that a user has pinned.
    func pinnedIDs(of userID: String) async throws -> [String]
}

extension ConversationRepository: ConversationDirectory {}
