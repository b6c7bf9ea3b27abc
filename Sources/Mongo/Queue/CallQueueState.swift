import ServerRuntime

/// The decisions of a `CallQueue`, without threads.
///
/// A call is in `waiting` until a thread takes it, then in `running` until it is done or its task was told to give up.
/// Each call leaves exactly once.
struct CallQueueState<Call> {
    enum Submission: Equatable {
        case accepted
        case full
        case closed
    }

    private let waitersMax: Int
    private var waiting: [UInt64: (call: Call, deadline: Deadline)] = [:]
    private var running: [UInt64: (call: Call, deadline: Deadline)] = [:]
    /// Ids in order of arrival; those that left from the middle are skipped, and dropped by `compact`.
    private var order: [UInt64] = []
    private var head = 0
    private(set) var isClosed = false

    init(waitersMax: Int) {
        self.waitersMax = waitersMax
    }

    var waitingCount: Int {
        self.waiting.count
    }

    mutating func submit(_ call: @autoclosure () -> Call, id: UInt64, deadline: Deadline) -> Submission {
        guard !self.isClosed else { return .closed }
        guard self.waiting.count < self.waitersMax else { return .full }
        self.compact()
        self.waiting[id] = (call(), deadline)
        self.order.append(id)
        return .accepted
    }

    /// The call that has waited longest, for a free thread.
    mutating func take() -> (id: UInt64, call: Call)? {
        while self.head < self.order.count {
            let id = self.order[self.head]
            self.head += 1
            if let entry = self.waiting.removeValue(forKey: id) {
                self.running[id] = entry
                return (id, entry.call)
            }
        }
        return nil
    }

    /// A thread has done a call.
    mutating func done(_ id: UInt64) {
        self.running[id] = nil
    }

    /// The task of a call gives up.
    ///
    /// - Returns: the call if it had not ended, and whether a thread has begun it.
    mutating func giveUp(_ id: UInt64) -> (call: Call, hasBegun: Bool)? {
        if let entry = self.waiting.removeValue(forKey: id) { return (entry.call, false) }
        if let entry = self.running.removeValue(forKey: id) { return (entry.call, true) }
        return nil
    }

    /// Removes the calls whose deadline has passed.
    mutating func expire(now: ContinuousClock.Instant) -> [(call: Call, hasBegun: Bool)] {
        let waiting = self.waiting.filter { $0.value.deadline.instant <= now }.keys
        let running = self.running.filter { $0.value.deadline.instant <= now }.keys
        return (Array(waiting) + Array(running)).compactMap { self.giveUp($0) }
    }

    /// The earliest deadline of all calls.
    var earliestDeadline: ContinuousClock.Instant? {
        let deadlines = [
            self.waiting.values.lazy.map(\.deadline).min(), self.running.values.lazy.map(\.deadline).min(),
        ]
        return deadlines.compactMap { $0?.instant }.min()
    }

    /// Takes no more calls.
    ///
    /// - Returns: the calls that wait; those that run are finished.
    mutating func close() -> [Call] {
        self.isClosed = true
        defer { self.waiting = [:] }
        return self.waiting.values.map(\.call)
    }

    /// Keeps `order` within twice the number of waiting calls, at a constant cost per `submit` on average.
    private mutating func compact() {
        guard self.order.count > 64, self.order.count > 2 * self.waiting.count else { return }
        self.order = self.order[self.head...].filter { self.waiting[$0] != nil }
        self.head = 0
    }
}
