package import IMStorage

/// Makes the rows of a conversation that begins, as the workers see it.
package protocol ConversationCreator: Sendable {
    /// Creates the rows that do not exist yet; existing ones stay as they are.
    func insertMissing(_ conversations: [ConversationRepository.New], createTime: Int64) async throws
    /// Creates the rows that those who are members of a group now do not have yet.
    func insertMissing(membersOf groupID: String, conversationID: String, type: Int32, createTime: Int64) async throws
}

extension ConversationRepository: ConversationCreator {}
