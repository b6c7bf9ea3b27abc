import ServerRuntime

/// Counts the records without an outcome by the flush that they are before.
///
/// Records that come after a flush has begun belong to the next round, so that a flush ends under constant traffic too.
struct FlushLedger {
    /// Somebody who waits for all records of his round and those before it.
    struct Waiter {
        var id: UInt64
        var round: UInt64
        var deadline: Deadline
        var continuation: CheckedContinuation<Bool, Never>
    }

    /// The round that new records belong to.
    private(set) var round: UInt64 = 0
    /// Records without an outcome, by round; an entry that reaches zero goes.
    private var pending: [UInt64: Int] = [:]
    private var waiters: [Waiter] = []

    /// Records without an outcome.
    private(set) var total = 0

    /// Notes records that were handed over, in the present round.
    mutating func add(_ count: Int) -> UInt64 {
        guard count > 0 else { return self.round }
        self.pending[self.round, default: 0] += count
        self.total += count
        return self.round
    }

    /// Notes outcomes.
    ///
    /// - Returns: who has waited for them: to be resumed with `true`.
    mutating func settle(_ count: Int, round: UInt64) -> [Waiter] {
        guard count > 0, let left = self.pending[round] else { return [] }
        self.total -= count
        self.pending[round] = left > count ? left - count : nil
        guard left <= count, !self.waiters.isEmpty else { return [] }
        return self.takeReady()
    }

    /// Begins a flush.
    ///
    /// - Returns: the waiter itself when there is nothing to wait for.
    mutating func wait(
        _ id: UInt64,
        deadline: Deadline,
        _ continuation: CheckedContinuation<Bool, Never>
    ) -> Waiter? {
        let waiter = Waiter(id: id, round: self.round, deadline: deadline, continuation: continuation)
        guard self.isPending(through: self.round) else { return waiter }
        self.waiters.append(waiter)
        self.round += 1
        return nil
    }

    /// The deadline that passes first, or `nil` when nobody waits.
    var nextDeadline: Deadline? {
        self.waiters.map(\.deadline).min()
    }

    /// Takes the waiters out whose time is over; to be resumed with `false`.
    mutating func takeExpired() -> [Waiter] {
        let expired = self.waiters.filter(\.deadline.hasPassed)
        guard !expired.isEmpty else { return [] }
        self.waiters.removeAll { waiter in expired.contains { $0.id == waiter.id } }
        return expired
    }

    /// Takes all waiters out; to be resumed with `false`.
    mutating func takeAll() -> [Waiter] {
        defer { self.waiters = [] }
        return self.waiters
    }

    /// Takes a waiter out who was cancelled; to be resumed with `false`.
    mutating func giveUp(_ id: UInt64) -> Waiter? {
        guard let index = self.waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return self.waiters.remove(at: index)
    }

    private mutating func takeReady() -> [Waiter] {
        let ready = self.waiters.filter { !self.isPending(through: $0.round) }
        self.waiters.removeAll { waiter in ready.contains { $0.id == waiter.id } }
        return ready
    }

    private func isPending(through round: UInt64) -> Bool {
        self.pending.keys.contains { $0 <= round }
    }
}
