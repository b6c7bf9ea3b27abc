package import IMStorage

/// The message cache, as the workers see it.
package protocol PipelineCache: Sendable {
    /// Writes the messages that are above the cached maximum of their conversation, and raises that.
    func put(_ runs: [SequencedMessages]) async throws
    /// Raises maxima, or sets those that are missing; never lowers one.
    func raise(_ maxima: [String: Int64]) async throws
    /// Rises with each loss of the connection, when the cache may have forgotten something.
    var connectionGeneration: Int { get }
}

extension MessageCache: PipelineCache {}
