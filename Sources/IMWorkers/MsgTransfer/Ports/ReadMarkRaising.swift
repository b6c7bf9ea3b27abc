package import IMStorage

/// A place that knows what users have read, as the workers see it.
package protocol ReadMarkRaising: Sendable {
    /// Raises what users have read; a lower mark changes nothing.
    func raise(_ marks: [ReadMark]) async throws
}

extension ReadPositionStore: ReadMarkRaising {}
extension ReadSeqCache: ReadMarkRaising {}
