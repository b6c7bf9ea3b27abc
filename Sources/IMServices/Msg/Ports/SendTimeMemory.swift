package import IMStorage

/// When messages were sent first, as the message service sees it.
package protocol SendTimeMemory: Sendable {
    /// The time of the first attempt to send a message, which is `now` unless there was one before.
    func first(_ identity: MessageIdentity, now: Int64) async throws -> Int64
    /// Forgets a message that did not enter the pipeline.
    func forget(_ identity: MessageIdentity) async throws
}

extension SendTimeStore: SendTimeMemory {}
