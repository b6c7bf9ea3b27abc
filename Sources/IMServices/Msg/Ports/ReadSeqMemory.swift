package import IMStorage

/// Read positions on their way to the store, as the message service sees them.
package protocol ReadSeqMemory: Sendable {
    /// Raises what users have read; a lower mark changes nothing.
    func raise(_ marks: [ReadMark]) async throws
    /// What a user has read of conversations; those without an entry are absent.
    func readSeqs(of userID: String, in conversationIDs: [String]) async throws -> [String: Int64]
}

extension ReadSeqCache: ReadSeqMemory {}
