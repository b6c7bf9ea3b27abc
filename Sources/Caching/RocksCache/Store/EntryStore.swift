import Redis
import ServerRuntime

/// What the cache asks of its store.
///
/// Each request is atomic for each key, and independent of the other keys. Results stand in the order of the keys;
/// what is thrown concerns all.
protocol EntryStore: Sendable {
    /// Whether a request is likely to be answered.
    var isReachable: Bool { get }

    /// The entry as it stands.
    func read(_ key: String, deadline: Deadline) async throws(RedisError) -> CacheEntry

    /// The entries as they stand; throws what the first one fails with.
    func read(_ keys: [String], deadline: Deadline) async throws(RedisError) -> [CacheEntry]

    /// Takes the entries that are missing, invalid, or whose owner's time is over.
    ///
    /// - Parameters:
    ///   - keys: the entries.
    ///   - owner: the token of the caller.
    ///   - wakesWaiter: whether the caller wants to be woken when an entry that is held changes.
    ///   - deadline: when to give up.
    /// - Returns: what each entry was, and whether it is the caller's now.
    /// - Throws: what concerns all keys; some may have been taken.
    func acquire(
        _ keys: [String],
        owner: String,
        wakesWaiter: Bool,
        deadline: Deadline
    ) async throws(RedisError) -> [Result<Acquisition, RedisError>]

    /// Writes values into entries that `owner` still holds, and ends the hold; `false` for those it lost.
    func store(
        _ values: [StoredValue],
        owner: String,
        deadline: Deadline
    ) async throws(RedisError) -> [Result<Bool, RedisError>]

    /// Gives back entries that `owner` still holds, without a value; `false` for those it lost.
    func release(
        _ keys: [String],
        owner: String,
        deadline: Deadline
    ) async throws(RedisError) -> [Result<Bool, RedisError>]

    /// Tag-deletes entries; also those that do not exist, and those that are held.
    func invalidate(_ keys: [String], deadline: Deadline) async throws(RedisError) -> [Result<Bool, RedisError>]

    /// Tag-deletes entries, and asks how many replicas have that.
    ///
    /// - Returns: the results, and the smallest number of replicas that confirmed any of them.
    func invalidate(
        _ keys: [String],
        replicas: Int,
        timeout: Duration,
        deadline: Deadline
    ) async throws(RedisError) -> (results: [Result<Bool, RedisError>], replicas: Int)

    /// Removes values from entries that still have just these; their locks stay.
    func discard(
        _ values: [(key: String, bytes: [UInt8])],
        deadline: Deadline
    ) async throws(RedisError) -> [Result<Bool, RedisError>]

    /// Writes a value whatever the entry's state is; a load that runs is not stored any more.
    func put(_ value: StoredValue, deadline: Deadline) async throws(RedisError)

    /// Takes an entry for an update; `nil` on success, else the name of the owner that holds it for one.
    func lockForUpdate(
        _ key: String,
        owner: String,
        lease: Duration,
        deadline: Deadline
    ) async throws(RedisError) -> String?

    /// Lengthens an update lock; `false` if it was lost.
    func extendUpdateLock(
        _ key: String,
        owner: String,
        lease: Duration,
        deadline: Deadline
    ) async throws(RedisError) -> Bool

    /// Ends an update lock and tag-deletes the entry, that also when the lock was lost, which `false` tells.
    func unlockForUpdate(_ key: String, owner: String, deadline: Deadline) async throws(RedisError) -> Bool
}

/// A value on its way into an entry.
struct StoredValue: Sendable, Hashable {
    var key: String
    /// Empty for "known to be absent".
    var bytes: [UInt8]
    /// How long the entry lives; zero: it is removed instead.
    var lifetime: Duration
}
