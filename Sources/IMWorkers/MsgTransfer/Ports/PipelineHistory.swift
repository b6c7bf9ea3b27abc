package import IMStorage

/// The history, as the transfer and the history writer see it.
///
/// What is read counts only when a majority has it. After a fail-over it may still be older than what was read before:
/// where that matters, the reader says how far the history must be at least.
package protocol PipelineHistory: HistoryWriting {
    /// How far the history has followed a partition of `toMongo`; nil before the first record.
    func position(of partition: Int32) async throws -> PipelinePosition?
    /// The heads of those of the conversations that have one, and the identities of their newest messages.
    ///
    /// Messages may be left out. Throws `StorageError.historyOlder` when the history is not as far as `progress` says.
    func opening(
        of conversationIDs: [String],
        _ progress: HistoryProgress
    ) async throws -> [String: ConversationOpening]
    /// The seqs of those of the messages that are stored, also of emptied ones.
    ///
    /// Throws `StorageError.historyOlder` when the history is not as far as `progress` says.
    func seqs(of messages: [SoughtMessage], _ progress: HistoryProgress) async throws -> [MessageIdentity: Int64]
}
