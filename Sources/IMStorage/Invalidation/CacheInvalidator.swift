import Caching
import Redis
import ServerRuntime

/// Ends what caches hold of changed values: first the entries in Redis, then the local copies of all processes.
///
/// The other order would let a local cache take the old entry once more.
struct CacheInvalidator: Sendable {
    /// Keys of one request to Redis at the most.
    static let keysMax = 500
    /// How long the first request to Redis may take, for callers wait for it; and those that follow one that failed.
    private static let timeouts: (first: Duration, afterFailure: Duration) = (.seconds(1), .milliseconds(100))

    let caches: Caches

    /// Tag-deletes the entries of `keys` and announces them.
    ///
    /// Announced even when the tag-delete failed: local copies are wrong in any case, and this process drops its own.
    /// Harmless when repeated.
    ///
    /// - Throws: the first error, after everything was tried. Some keys may be done.
    func invalidate(_ keys: [String]) async throws {
        var failure: (any Error)?
        var timeout: Duration { failure == nil ? Self.timeouts.first : Self.timeouts.afterFailure }
        var rest = keys[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(Self.keysMax))
            rest = rest.dropFirst(Self.keysMax)
            do {
                try await self.caches.shared.tagAsDeletedBatch(part, deadline: .after(timeout))
            } catch {
                failure = failure ?? error
            }
            do {
                try await self.caches.bus.publish(part, deadline: .after(timeout))
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }
}
