/// What was taken out of a slot and is dealt with after its lock has been released.
///
/// The outcomes are only carried: freeing a value may run anybody's code, which must not happen under the lock.
struct LocalCacheRemoval<Value: Sendable>: Sendable {
    /// Entries that went and were linked to names.
    var links: [(key: LocalCacheKey, links: LocalCacheLinks)] = []
    /// Keys that were linked to a name that was removed.
    var derived: [LocalCacheKey] = []
    var outcomes: [LocalCacheOutcome<Value>] = []
    var flights: [LocalCacheFlight<Value>] = []
}
