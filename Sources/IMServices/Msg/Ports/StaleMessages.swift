import IMStorage

/// Cached messages whose stored state has changed, as the message service sees them.
package protocol StaleMessages: Sendable {
    /// Takes messages of a conversation out of the cache.
    func evict(_ conversationID: String, seqs: [Int64]) async throws
}

extension MessageEviction: StaleMessages {}
