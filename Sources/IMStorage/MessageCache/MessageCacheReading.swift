package import IMProtocol

/// The message cache, as readers see it.
package protocol MessageCacheReading: Sendable {
    /// The cached maxima of conversations; those without an entry are absent.
    func maxima(of conversationIDs: [String]) async throws -> [String: CachedMaximum]
    /// Raises maxima, or sets those that are missing; never lowers one.
    func raise(_ maxima: [String: Int64]) async throws
    /// The cached messages of a conversation among `seqs`.
    func messages(_ conversationID: String, seqs: [Int64]) async throws -> [Int64: Openim_Sdkws_MsgData]
}

extension MessageCache: MessageCacheReading {}
