public import Metrics
public import Synchronization

/// Values in the memory of this process, by keys, each loaded once however many callers ask for it.
///
/// Keys are compared by their bytes and divided among slots (FNV-1a 64 of the bytes, modulo the number of slots). A slot
/// has a lock of its own and keeps its most recently used entries; no lock is held while a loader runs, and none is taken
/// while another is held. What expires is checked when it is touched, to a few milliseconds.
///
///     let names = try LocalCache<String>(name: "user_name")
///     let name = try await names.get("USER_INFO:\(id)") { try await users.name(of: id) }
///
/// **Loads.** Callers of one key wait for one load, which runs in a task of its own with the context of the first of them.
/// A caller who is cancelled stops waiting and throws `CancellationError`; the load itself is cancelled when nobody waits
/// any more. The number of loads under way has no bound but the number of callers.
///
/// **Errors.** A loader's error is kept for `failureLifetime` and thrown again to later callers of `get` and `getBatch`.
/// `CancellationError`, and what a loader of a batch throws, are not kept: they say nothing about one key.
///
/// **Invalidation.** Removing a key also detaches its load: those who wait get its value, nothing of it is kept, and later
/// callers load anew. So what was read before a change never stays after the change was announced.
///
/// **Links.** An entry may be linked to names. Invalidating a name drops what is linked to it, and what is linked to that,
/// and so on; the other way round nothing happens. (OpenIM links in both directions: there the removal of one entry, be
/// it by eviction, also drops the name and so everything else that is linked to it, which nobody has asked for.)
public final class LocalCache<Value: Sendable>: Sendable {
    /// The name, which is the label `cache` of the metrics.
    public let name: String
    let options: LocalCacheOptions
    let successLifetime: Int64
    let failureLifetime: Int64
    @usableFromInline let clock: LocalCacheClock
    @usableFromInline let slots: [LocalCacheSlot<Value>]
    let metrics: LocalCacheMetrics
    /// Whether loaded values are kept; not while the bus that carries invalidations is out of order.
    let isKeeping = Atomic<Bool>(true)
    /// What is counted outside of the slots.
    let ownCounts = Mutex(LocalCacheCounts())
    /// The counts that the metrics have.
    let reported = Mutex(LocalCacheCounts())

    /// Creates an empty cache, which works at once; `run()` is needed for sweeps and metrics.
    ///
    /// - Parameters:
    ///   - options: sizes and lifetimes.
    ///   - name: the label `cache` of the metrics.
    ///   - metrics: where the metrics go; the global system's by default.
    /// - Throws: `.invalidArgument` for options that cannot be used.
    public convenience init(
        _ options: LocalCacheOptions = LocalCacheOptions(),
        name: String,
        metrics: (any MetricsFactory)? = nil
    ) throws(LocalCacheError) {
        try self.init(options, name: name, metrics: metrics, clock: LocalCacheClock())
    }

    init(
        _ options: LocalCacheOptions,
        name: String,
        metrics: (any MetricsFactory)? = nil,
        clock: LocalCacheClock
    ) throws(LocalCacheError) {
        try options.validate()
        self.name = name
        self.options = options
        self.successLifetime = LocalCacheClock.nanoseconds(options.successLifetime)
        self.failureLifetime = LocalCacheClock.nanoseconds(options.failureLifetime)
        self.clock = clock
        self.slots = (0..<options.slots).map { _ in LocalCacheSlot(capacity: options.slotCapacity) }
        self.metrics = LocalCacheMetrics(name: name, factory: metrics ?? MetricsSystem.factory)
    }

    // MARK: - Single keys

    /// The value that is kept for `key`, which counts as used; `nil` when there is none, or an error is kept.
    @inlinable
    public func value(forKey key: String) -> Value? {
        if let value = self.kept(key) { return value }
        self.noteMiss(key)
        return nil
    }

    /// The value of `key`: the one that is kept, or that of a load, which is kept in turn.
    ///
    /// - Parameters:
    ///   - key: compared by its bytes.
    ///   - parents: names whose invalidation drops the entry; looked at only for a new load, so they must follow from
    ///     the key. At most `linksMax`. The links last as long as the entry.
    ///   - load: runs in a task of its own when nothing is kept and no other load of the key is under way.
    /// - Returns: the value.
    /// - Throws: the error of the loader, of this call or of an earlier one; `CancellationError` when the calling task is
    ///   cancelled; `LocalCacheError` for too many parents.
    @inlinable
    nonisolated(nonsending) public func get(
        _ key: String,
        linkedTo parents: @autoclosure () -> [String] = [],
        load: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        if let value = self.kept(key) { return value }
        return try await self.join(key, parents(), load)
    }

    /// Keeps `value` for `key`, for `successLifetime` from now.
    ///
    /// A load of the key that is under way is detached, because it may have begun before the value came to be. Links
    /// remain as they are: an entry that was linked is still dropped with its parents, and keys linked to `key` stay.
    public func set(_ value: Value, forKey key: String) {
        self.put(value, key, onlyIfPresent: false)
    }

    /// The same, but only when an entry, a value or an error, is there.
    ///
    /// - Returns: whether it was there. A load that is under way is detached in any case.
    @discardableResult
    public func setIfPresent(_ value: Value, forKey key: String) -> Bool {
        self.put(value, key, onlyIfPresent: true)
    }

    // MARK: - State

    /// Entries that are kept now, those included that have expired and were not touched since.
    public var count: Int {
        self.slots.reduce(0) { sum, slot in sum + slot.state.withLock { $0.index.count } }
    }

    // MARK: - Within

    /// A hit on the value of `key`.
    @inlinable
    func kept(_ key: String) -> Value? {
        let now = self.clock.now
        return self.slots[self.slotNumber(key)].state.withLock { $0.value(key, now) }
    }

    @usableFromInline
    func slotNumber(_ key: String) -> Int {
        Int(FNV1a.hash64(key) % UInt64(self.slots.count))
    }

    func slot(_ key: LocalCacheKey) -> LocalCacheSlot<Value> {
        self.slots[self.slotNumber(key.text)]
    }

    @usableFromInline
    func noteMiss(_ key: String) {
        let now = self.clock.now
        self.change(LocalCacheKey(key)) { state, removal in state.noteMiss(LocalCacheKey(key), now, &removal) }
    }

    @discardableResult
    private func put(_ value: Value, _ name: String, onlyIfPresent: Bool) -> Bool {
        let key = LocalCacheKey(name)
        let now = self.clock.now
        return self.change(key) { state, removal in
            let isPresent = state.index.position(of: key).map { !state.index.isExpired(at: $0, now) } ?? false
            // Asked under the lock: whoever ends the keeping empties the slots after that.
            guard self.isKeeping.load(ordering: .acquiring), isPresent || !onlyIfPresent, self.successLifetime > 0
            else {
                state.detach(key, &removal)
                return isPresent
            }
            state.set(key, .value(value), expiry: now + self.successLifetime, &removal)
            return isPresent
        }
    }

    /// Changes the slot of `key` under its lock, and deals with what was taken out of it afterwards.
    @discardableResult
    func change<Result: Sendable>(
        _ key: LocalCacheKey,
        _ body: (inout LocalCacheSlotState<Value>, inout LocalCacheRemoval<Value>) -> Result
    ) -> Result {
        let (result, removal) = self.slot(key).state.withLock { state -> (Result, LocalCacheRemoval<Value>) in
            var removal = LocalCacheRemoval<Value>()
            let result = body(&state, &removal)
            return (result, removal)
        }
        self.settle(removal)
        return result
    }
}
