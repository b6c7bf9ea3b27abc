import IMStorage

/// Marks stored messages as read, as the message service sees it.
package protocol ReadMarker: Sendable {
    /// Marks messages of a single chat as read by their receiver; waits for messages that are not stored yet.
    func markRead(_ conversationID: String, seqs: [Int64], by userID: String) async throws
}

extension HistoryStore: ReadMarker {}
