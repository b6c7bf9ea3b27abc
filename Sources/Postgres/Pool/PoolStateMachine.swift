import ServerRuntime

/// The decisions of a connection pool and of what is sent where, without connections or network.
///
/// Connections have places (slots). Events are told by methods; after each, the owner asks `next(at:)` what to do until
/// there is nothing. Waiters are served strictly in order of arrival:
///
/// - A group of statements goes to an idle connection; else a new one is opened for it as long as there may be more; else it
///   goes behind others, where the fewest are outstanding and at most `depthMax`. Never behind one that has run for
///   `slowAfter`: it would stand there for who knows how long, while here the first connection that is free takes it.
/// - A lease waits until some connection has nothing outstanding. Nobody overtakes it, so that comes soon.
struct PoolStateMachine<Waiter: PoolWaiter> {
    /// What the owner has to do.
    enum Action {
        case send(Waiter, slot: Int)
        case lease(Waiter, slot: Int)
        case open(slot: Int)
    }

    private enum Place: Equatable {
        case empty
        /// Being opened; `isRetry` when it has failed before, and nobody should count on it.
        case opening(isRetry: Bool)
        case shared
        case leased
    }

    private struct Slot {
        var place = Place.empty
        var outstanding = 0
        /// A cancel request may strike what is sent now, so nothing is.
        var isPaused = false
        /// When the statement that the server runs got there.
        var headSince: Deadline?
    }

    let depthMax: Int
    let waitersMax: Int
    let slowAfter: Duration
    private var slots: [Slot]
    private var queue = FIFO<Waiter>()
    /// Waiters in `queue` that have left.
    private var leftCount = 0
    private(set) var openingCount = 0
    private(set) var leasedCount = 0
    private(set) var sharedCount = 0
    /// Openings that have not failed yet.
    private var hopefulCount = 0

    init(connectionsMax: Int, depthMax: Int, waitersMax: Int, slowAfter: Duration = .milliseconds(20)) {
        self.depthMax = max(1, depthMax)
        self.waitersMax = waitersMax
        self.slowAfter = slowAfter
        self.slots = Array(repeating: Slot(), count: max(1, connectionsMax))
    }

    /// Waiters that still want something.
    var waitingCount: Int { self.queue.count - self.leftCount }

    /// More wait than may; the last one has to be refused.
    ///
    /// A connection that is being opened has room for one.
    var isOverfull: Bool { self.waitingCount > self.waitersMax + self.openingCount }

    func outstanding(_ slot: Int) -> Int { self.slots[slot].outstanding }

    /// Who waits, in order; some may have left.
    var waiters: FIFO<Waiter> { self.queue }

    // MARK: - Waiters

    mutating func arrived(_ waiter: Waiter) {
        self.queue.append(waiter)
    }

    /// Puts somebody first, whose statement has to be sent again.
    mutating func returnedToFront(_ waiter: Waiter) {
        self.queue.prepend(waiter)
    }

    /// Takes back the one that arrived last, to be refused.
    mutating func refuseLast() -> Waiter? {
        while let waiter = self.queue.popLast() {
            if waiter.isLive { return waiter }
            self.leftCount -= 1
        }
        return nil
    }

    /// Waiters have left on their own; their `isLive` is false.
    mutating func left(count: Int) {
        self.leftCount += count
        guard self.leftCount > 64, self.leftCount > self.queue.count / 2 else { return }
        self.queue.filterInPlace(\.isLive)
        self.leftCount = 0
    }

    /// Takes all waiters away, to be failed.
    mutating func drainWaiters() -> [Waiter] {
        var all: [Waiter] = []
        while let waiter = self.queue.popFirst() {
            if waiter.isLive { all.append(waiter) }
        }
        self.leftCount = 0
        return all
    }

    // MARK: - Connections

    /// The connection of `slot` can be used.
    mutating func opened(_ slot: Int) {
        guard case .opening(let isRetry) = self.slots[slot].place else { return }
        self.openingCount -= 1
        self.hopefulCount -= isRetry ? 0 : 1
        self.sharedCount += 1
        self.slots[slot] = Slot(place: .shared)
    }

    /// A try to open a connection failed; returns whether to try again, for somebody waits.
    mutating func openFailed(_ slot: Int, isPermanent: Bool) -> Bool {
        guard case .opening(let isRetry) = self.slots[slot].place else { return false }
        self.hopefulCount -= isRetry ? 0 : 1
        if !isPermanent, self.waitingCount > 0 {
            self.slots[slot].place = .opening(isRetry: true)
            return true
        }
        self.openingCount -= 1
        self.slots[slot] = Slot()
        return false
    }

    /// The connection of `slot` is gone, whatever it was used for.
    mutating func lost(_ slot: Int) {
        switch self.slots[slot].place {
        case .shared: self.sharedCount -= 1
        case .leased: self.leasedCount -= 1
        case .empty, .opening: break
        }
        self.slots[slot] = Slot()
    }

    /// A leased connection came back, ready for anybody.
    mutating func returned(_ slot: Int) {
        guard self.slots[slot].place == .leased else { return }
        self.leasedCount -= 1
        self.sharedCount += 1
        self.slots[slot] = Slot(place: .shared)
    }

    /// A group of statements is answered; the next one has the server since `now`.
    mutating func answered(_ slot: Int, at now: Deadline) {
        self.slots[slot].outstanding -= 1
        self.slots[slot].headSince = now
    }

    mutating func paused(_ slot: Int, _ isPaused: Bool) {
        self.slots[slot].isPaused = isPaused
    }

    // MARK: - Decisions

    /// What to do next; `nil` when nothing can be done before the next event.
    mutating func next(at now: Deadline) -> Action? {
        while let waiter = self.queue.first, !waiter.isLive {
            self.queue.popFirst()
            self.leftCount -= 1
        }
        guard let waiter = self.queue.first else { return nil }
        let best = self.leastLoaded()
        if let best, self.slots[best].outstanding == 0 { return self.give(waiter, best, at: now) }
        if let slot = self.claimOpening() { return .open(slot: slot) }
        guard let best, !waiter.wantsLease, self.hopefulCount == 0 else { return nil }
        // It has the least to do and is slow or full: then the others are hardly better.
        guard self.slots[best].outstanding < self.depthMax, self.isQuick(best, at: now) else {
            return self.quickest(at: now).map { self.give(waiter, $0, at: now) } ?? nil
        }
        return self.give(waiter, best, at: now)
    }

    private mutating func give(_ waiter: Waiter, _ slot: Int, at now: Deadline) -> Action {
        self.queue.popFirst()
        guard !waiter.wantsLease else {
            self.slots[slot].place = .leased
            self.sharedCount -= 1
            self.leasedCount += 1
            return .lease(waiter, slot: slot)
        }
        if self.slots[slot].outstanding == 0 { self.slots[slot].headSince = now }
        self.slots[slot].outstanding += 1
        return .send(waiter, slot: slot)
    }

    private func leastLoaded() -> Int? {
        guard self.sharedCount > 0 else { return nil }
        var best: Int?
        var fewest = Int.max
        for index in self.slots.indices {
            guard self.slots[index].place == .shared, !self.slots[index].isPaused,
                self.slots[index].outstanding < fewest
            else { continue }
            best = index
            fewest = self.slots[index].outstanding
            if fewest == 0 { break }
        }
        return best
    }

    /// The least loaded among those that take a statement behind others.
    private func quickest(at now: Deadline) -> Int? {
        var best: Int?
        for index in self.slots.indices
        where self.slots[index].place == .shared && !self.slots[index].isPaused
            && self.slots[index].outstanding < (best.map { self.slots[$0].outstanding } ?? self.depthMax)
            && self.isQuick(index, at: now)
        {
            best = index
        }
        return best
    }

    private func isQuick(_ slot: Int, at now: Deadline) -> Bool {
        guard let since = self.slots[slot].headSince else { return true }
        return now < since + self.slowAfter
    }

    private mutating func claimOpening() -> Int? {
        guard self.openingCount < self.waitingCount,
            self.openingCount + self.sharedCount + self.leasedCount < self.slots.count,
            let slot = self.slots.firstIndex(where: { $0.place == .empty })
        else { return nil }
        self.slots[slot].place = .opening(isRetry: false)
        self.openingCount += 1
        self.hopefulCount += 1
        return slot
    }
}
