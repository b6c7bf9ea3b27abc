package import IMProtocol

/// The history, as readers see it.
package protocol HistoryReading: Sendable {
    /// The heads of those of the conversations that have one.
    func heads(of conversationIDs: [String]) async throws -> [String: ConversationHead]
    /// Returns when the head of a conversation has reached `seq`: then all up to there is stored, and what is not there
    /// was deleted.
    ///
    /// - Parameters:
    ///   - conversationID: the conversation.
    ///   - seq: the seq.
    ///   - limit: how long to wait for the history writer; nil for the usual time.
    /// - Returns: the head.
    /// - Throws: `StorageError.historyBehind` when it is not so far within `limit`.
    func waitForHead(
        of conversationID: String,
        atLeast seq: Int64,
        within limit: Duration?
    ) async throws -> ConversationHead
    /// Messages as one reader sees them, one for each of `seqs` and in that order, with placeholders for what is deleted.
    ///
    /// - Throws: `StorageError.historyBehind` when one of them has not reached the history in time, so that an empty slot
    ///   would not mean "deleted".
    func view(_ conversationID: String, seqs: [Int64], reader userID: String) async throws -> [Openim_Sdkws_MsgData]
    /// The newest message of each conversation that still exists, as one reader sees it.
    func lastMessages(
        of conversationIDs: [String],
        reader userID: String
    ) async throws -> [String: Openim_Sdkws_MsgData]
}

extension HistoryStore: HistoryReading {
    package func heads(of conversationIDs: [String]) async throws -> [String: ConversationHead] {
        try await self.heads(of: conversationIDs, session: nil)
    }

    package func lastMessages(
        of conversationIDs: [String],
        reader userID: String
    ) async throws -> [String: Openim_Sdkws_MsgData] {
        try await self.lastMessages(of: conversationIDs).mapValues { try $0.seen(by: userID) }
    }
}
