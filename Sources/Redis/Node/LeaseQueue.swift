import ServerRuntime

/// How many connections are leased and idle, and how many callers wait for one.
struct LeaseCounts: Sendable, Equatable {
    var inUse = 0
    var idle = 0
    var waiting = 0
}

/// Who has a connection and who waits for one.
///
/// Pure bookkeeping, no I/O. First come, first served.
struct LeaseQueue<Connection: Sendable>: Sendable {
    /// What somebody who asks for a connection is told.
    enum Decision: Sendable {
        /// Here is one.
        case use(Connection)
        /// Make one.
        case connect
        case fail(RedisError)
    }

    typealias Waiter = CheckedContinuation<Decision, Never>

    /// More waiters than this are refused.
    static var waitersMax: Int { 16_384 }

    private let connectionsMax: Int
    private var leased = 0
    /// The one given back last is taken first, so that the others grow old.
    private var idle: [(connection: Connection, since: Deadline)] = []
    private var waiters: [(ticket: Int, waiter: Waiter)?] = []
    private var waitersHead = 0
    private var waitersCount = 0
    private var nextTicket = 0
    private var closed: RedisError?

    init(connectionsMax: Int) {
        self.connectionsMax = connectionsMax
    }

    /// How many connections are leased and idle, and how many callers wait.
    var counts: LeaseCounts {
        LeaseCounts(inUse: self.leased, idle: self.idle.count, waiting: self.waitersCount)
    }

    mutating func makeTicket() -> Int {
        defer { self.nextTicket += 1 }
        return self.nextTicket
    }

    /// Somebody wants a connection; `nil` when it must wait.
    mutating func ask(_ ticket: Int, _ waiter: Waiter) -> Decision? {
        if let closed = self.closed { return .fail(closed) }
        if self.leased < self.connectionsMax {
            self.leased += 1
            return self.idle.popLast().map { .use($0.connection) } ?? .connect
        }
        guard self.waitersCount < Self.waitersMax else {
            return .fail(RedisError(.queueFull, "\(Self.waitersMax) calls wait for a connection already"))
        }
        self.waiters.append((ticket, waiter))
        self.waitersCount += 1
        return nil
    }

    /// A connection comes back, or with `nil` its place only; returns who has it next.
    mutating func returned(_ connection: Connection?, at now: Deadline) -> (waiter: Waiter, decision: Decision)? {
        if self.closed == nil, let waiter = self.popWaiter() {
            return (waiter, connection.map { .use($0) } ?? .connect)
        }
        self.leased -= 1
        if let connection { self.idle.append((connection, now)) }
        return nil
    }

    /// Forgets the idle connections that came back before `instant`; all of them once closed.
    mutating func takeIdle(since instant: Deadline) -> [Connection] {
        let outdated = self.closed == nil ? self.idle.prefix { $0.since < instant } : self.idle[...]
        let connections = outdated.map(\.connection)
        self.idle.removeFirst(connections.count)
        return connections
    }

    /// A waiter goes away; `nil` when it has been served.
    mutating func withdraw(_ ticket: Int) -> Waiter? {
        guard let index = self.waiters.firstIndex(where: { $0?.ticket == ticket }) else { return nil }
        let waiter = self.waiters[index]?.waiter
        self.waiters[index] = nil
        self.waitersCount -= 1
        // Nobody may come back with a connection for long, so the places of those who went must not pile up.
        if self.waiters.count > 64, self.waiters.count > self.waitersCount * 2 {
            self.waiters.removeAll { $0 == nil }
            self.waitersHead = 0
        }
        return waiter
    }

    /// Nobody gets a connection any more; returns the idle ones and those who wait.
    mutating func close(_ error: RedisError) -> (idle: [Connection], waiters: [Waiter]) {
        self.closed = error
        var waiters: [Waiter] = []
        while let waiter = self.popWaiter() { waiters.append(waiter) }
        return (self.takeIdle(since: .now), waiters)
    }

    private mutating func popWaiter() -> Waiter? {
        while self.waitersHead < self.waiters.count {
            defer { self.waitersHead += 1 }
            guard let entry = self.waiters[self.waitersHead].take() else { continue }
            self.waitersCount -= 1
            if self.waitersHead > 64, self.waitersHead * 2 > self.waiters.count {
                self.waiters.removeFirst(self.waitersHead + 1)
                self.waitersHead = -1
            }
            return entry.waiter
        }
        self.waiters = []
        self.waitersHead = 0
        return nil
    }
}
