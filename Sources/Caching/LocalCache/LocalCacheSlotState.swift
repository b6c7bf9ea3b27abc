/// The entries, running loads and links of one slot.
///
/// A value type without a clock or a lock of its own. A running load counts only as long as it stands in `flights`:
/// whatever removes a key takes its load out as well, so that the load ends detached and leaves nothing behind.
@usableFromInline
struct LocalCacheSlotState<Value: Sendable>: Sendable {
    typealias Outcome = LocalCacheOutcome<Value>
    typealias Flight = LocalCacheFlight<Value>
    typealias Removal = LocalCacheRemoval<Value>

    /// What a caller who found nothing has to do.
    enum Entry {
        case found(Outcome)
        /// Join this load.
        case running(Flight)
        /// Carry out this load, which is new.
        case begun(Flight)
    }

    @usableFromInline var index: LocalCacheIndex
    @usableFromInline var outcomes: ContiguousArray<LocalCacheOutcome<Value>> = []
    @usableFromInline var counts = LocalCacheCounts()
    private var flights: [LocalCacheKey: Flight] = [:]
    /// For each name of this slot: the keys that are linked to it, with the numbers of their loads.
    private var dependants: [LocalCacheKey: [LocalCacheKey: UInt64]] = [:]
    private var lastToken: UInt64 = 0

    init(capacity: Int) {
        self.index = LocalCacheIndex(capacity: capacity)
    }

    var flightCount: Int { self.flights.count }

    var linkCount: Int { self.dependants.values.reduce(0) { $0 + $1.count } }

    // MARK: - Reading

    /// The value that is kept for `key`; `nil` when there is none, also for an error that is kept.
    @inlinable
    mutating func value(_ key: String, _ now: Int64) -> Value? {
        let position = self.index.touch(key, now)
        guard position >= 0, case .value(let value) = self.outcomes[position] else { return nil }
        self.counts.hits &+= 1
        return value
    }

    /// What is kept for `key`, the load that is under way, or a new one.
    mutating func enter(
        _ key: LocalCacheKey,
        _ parents: [String],
        _ load: LocalCacheLoad,
        _ now: Int64,
        _ removal: inout Removal
    ) -> Entry {
        let position = self.index.touch(key.text, now)
        if position >= 0 {
            self.counts.hits &+= 1
            return .found(self.outcomes[position])
        }
        self.counts.misses &+= 1
        self.removeEntry(key, &removal)
        if let flight = self.flights[key] { return .running(flight) }
        self.lastToken += 1
        let flight = Flight(key, LocalCacheLinks(token: self.lastToken, parents: parents), load)
        self.flights[key] = flight
        return .begun(flight)
    }

    /// A caller has found nothing and will not load.
    mutating func noteMiss(_ key: LocalCacheKey, _ now: Int64, _ removal: inout Removal) {
        self.counts.misses &+= 1
        if let position = self.index.position(of: key), self.index.isExpired(at: position, now) {
            self.removeEntry(key, &removal)
        }
    }

    // MARK: - Writing

    /// Ends the flight of a key, unless it was detached; with an expiry its outcome is kept.
    ///
    /// - Returns: whether the flight was still the one of its key.
    mutating func land(_ flight: Flight, _ outcome: Outcome, expiry: Int64?, _ removal: inout Removal) -> Bool {
        guard self.flights[flight.key] === flight else { return false }
        self.flights.removeValue(forKey: flight.key)
        guard let expiry else { return true }
        // Nothing stands there: the flight would have been detached by whatever put it there.
        self.removeEntry(flight.key, &removal)
        self.insert(flight.key, outcome, expiry: expiry, flight.links, &removal)
        return true
    }

    /// Keeps a value that was not loaded; a load that is under way may be older and is detached.
    mutating func set(_ key: LocalCacheKey, _ outcome: Outcome, expiry: Int64, _ removal: inout Removal) {
        self.detach(key, &removal)
        guard let position = self.index.position(of: key) else {
            return self.insert(key, outcome, expiry: expiry, .none, &removal)
        }
        removal.outcomes.append(self.outcomes[position])
        self.outcomes[position] = outcome
        self.index.renew(at: position, expiry: expiry)
    }

    private mutating func insert(
        _ key: LocalCacheKey,
        _ outcome: Outcome,
        expiry: Int64,
        _ links: LocalCacheLinks,
        _ removal: inout Removal
    ) {
        if let overflow = self.index.overflow {
            self.counts.evictions &+= 1
            self.removeEntry(at: overflow, &removal)
        }
        let position = self.index.insert(key, expiry: expiry, links: links)
        if position < self.outcomes.count {
            self.outcomes[position] = outcome
        } else {
            self.outcomes.append(outcome)
        }
    }

    // MARK: - Removing

    /// Removes the entry of `key`, detaches its load, and gives out the keys that are linked to it.
    ///
    /// They stay linked until their own entries and loads have ended: another invalidation at the same time, which may be
    /// done earlier, has to find them too.
    mutating func invalidate(_ key: LocalCacheKey, _ removal: inout Removal) {
        self.counts.invalidations &+= 1
        self.removeEntry(key, &removal)
        self.detach(key, &removal)
        if let derived = self.dependants[key] { removal.derived += derived.keys }
    }

    /// The same for every name of the slot.
    mutating func removeAll(_ removal: inout Removal) {
        for position in 0..<self.index.positionsEnd where !self.index.links(at: position).parents.isEmpty {
            removal.links.append((self.index.key(at: position), self.index.links(at: position)))
        }
        removal.outcomes += self.outcomes
        removal.flights += self.flights.values
        for derived in self.dependants.values { removal.derived += derived.keys }
        self.index = self.index.emptied
        self.outcomes = []
        self.flights = [:]
    }

    /// Removes what has expired among `count` positions from `start` on.
    ///
    /// - Returns: where to go on; `nil` at the end.
    mutating func sweep(from start: Int, count: Int, _ now: Int64, _ removal: inout Removal) -> Int? {
        let end = min(start + count, self.index.positionsEnd)
        guard start < end else { return nil }
        for position in start..<end where self.index.isExpired(at: position, now) {
            self.removeEntry(at: position, &removal)
        }
        return end < self.index.positionsEnd ? end : nil
    }

    /// Takes out a load that ends without an outcome.
    mutating func forget(_ flight: Flight) {
        if self.flights[flight.key] === flight { self.flights.removeValue(forKey: flight.key) }
    }

    mutating func detach(_ key: LocalCacheKey, _ removal: inout Removal) {
        if let flight = self.flights.removeValue(forKey: key) { removal.flights.append(flight) }
    }

    private mutating func removeEntry(_ key: LocalCacheKey, _ removal: inout Removal) {
        if let position = self.index.position(of: key) { self.removeEntry(at: position, &removal) }
    }

    private mutating func removeEntry(at position: Int, _ removal: inout Removal) {
        let links = self.index.links(at: position)
        if !links.parents.isEmpty { removal.links.append((self.index.key(at: position), links)) }
        removal.outcomes.append(self.outcomes[position])
        self.outcomes[position] = .absent
        self.index.remove(at: position)
    }

    // MARK: - Links

    /// Links `key` to a name of this slot, unless a newer load has done so.
    mutating func link(_ key: LocalCacheKey, _ token: UInt64, to name: LocalCacheKey) {
        let known = self.dependants[name]?[key] ?? 0
        if known < token { self.dependants[name, default: [:]][key] = token }
    }

    /// Undoes the link of this load.
    mutating func unlink(_ key: LocalCacheKey, _ token: UInt64, from name: LocalCacheKey) {
        guard self.dependants[name]?[key] == token else { return }
        self.dependants[name]?.removeValue(forKey: key)
        if self.dependants[name]?.isEmpty == true { self.dependants.removeValue(forKey: name) }
    }
}
