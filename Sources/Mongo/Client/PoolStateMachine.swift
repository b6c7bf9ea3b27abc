import ServerRuntime

/// Who has which client of the pool, and who waits for one, without threads or clients.
///
/// A client is a slot, a number from 0. A call that finds none free waits in line, unless too many do. It leaves the
/// line once: with a slot, by giving up, at its deadline, or when the pool closes.
struct PoolStateMachine<Call> {
    enum Submission: Equatable {
        case granted(slot: Int)
        case waiting
        case full
        case closed
    }

    let slotsMax: Int
    private let waitersMax: Int
    /// The slot given back last is used first: its connection is open, and those not needed are never opened.
    private var free: [Int]
    private var waiting: [UInt64: (call: Call, deadline: Deadline)] = [:]
    /// Ids in order of arrival; those that left from the middle are skipped, and dropped by `compact`.
    private var order = FIFO<UInt64>()
    private(set) var isClosed = false

    init(slotsMax: Int, waitersMax: Int) {
        self.slotsMax = slotsMax
        self.waitersMax = waitersMax
        self.free = Array((0..<slotsMax).reversed())
    }

    var waitingCount: Int {
        self.waiting.count
    }

    var usedCount: Int {
        self.slotsMax - self.free.count
    }

    /// A call wants a client.
    mutating func submit(_ call: @autoclosure () -> Call, id: UInt64, deadline: Deadline) -> Submission {
        guard !self.isClosed else { return .closed }
        if let slot = self.free.popLast() { return .granted(slot: slot) }
        guard self.waiting.count < self.waitersMax else { return .full }
        self.compact()
        self.waiting[id] = (call(), deadline)
        self.order.append(id)
        return .waiting
    }

    /// A client is back.
    ///
    /// - Returns: the call that has waited longest and has the slot now; `nil` when nobody waits.
    mutating func release(_ slot: Int) -> Call? {
        while let id = self.order.popFirst() {
            if let entry = self.waiting.removeValue(forKey: id) { return entry.call }
        }
        self.free.append(slot)
        return nil
    }

    /// A call that waits does not want to any more; `nil` when it does not wait.
    mutating func giveUp(_ id: UInt64) -> Call? {
        self.waiting.removeValue(forKey: id)?.call
    }

    /// Removes the calls that wait although their deadline has passed.
    mutating func expire(now: Deadline) -> [Call] {
        guard !self.waiting.isEmpty else { return [] }
        let late = self.waiting.filter { $0.value.deadline <= now }.keys
        return late.compactMap { self.giveUp($0) }
    }

    /// The earliest deadline of those that wait.
    var earliestDeadline: Deadline? {
        self.waiting.values.lazy.map(\.deadline).min()
    }

    /// Takes no more calls.
    ///
    /// - Returns: those that wait.
    mutating func close() -> [Call] {
        self.isClosed = true
        defer { self.waiting = [:] }
        return self.waiting.values.map(\.call)
    }

    /// Keeps `order` within twice the number of waiting calls, at a constant cost per `submit` on average.
    private mutating func compact() {
        guard self.order.count > 64, self.order.count > 2 * self.waiting.count else { return }
        let waiting = self.waiting
        _ = self.order.remove { waiting[$0] == nil }
    }
}
