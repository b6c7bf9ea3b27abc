/// The decisions of a connection pool, without connections, clock or network.
///
/// Each event returns what its owner has to do. Every connection is counted in exactly one of `opening`, `idle` and
/// `leased`, and their sum never exceeds `connectionsMax`.
struct PoolStateMachine<Connection, Waiter> {
    enum AcquireAction {
        /// The caller has the connection.
        case lease(Connection)
        /// The caller waits in the queue; when `opens`, one more connection has to be opened.
        case wait(opens: Bool)
        /// `waitersMax` callers wait already.
        case refuseFull
        /// The pool is closed.
        case refuseClosed
    }

    enum ReturnAction {
        /// This waiter gets the connection.
        case resume(Waiter, Connection)
        /// The connection was parked.
        case none
        /// The connection has to be closed.
        case close(Connection)
    }

    private let connectionsMax: Int
    private let waitersMax: Int
    private(set) var idle: [Connection] = []
    private(set) var opening = 0
    private(set) var leased = 0
    private(set) var isClosed = false
    private(set) var waiters = WaiterQueue<Waiter>()

    init(connectionsMax: Int, waitersMax: Int) {
        self.connectionsMax = connectionsMax
        self.waitersMax = waitersMax
    }

    /// No connection is with a caller, and no more will be.
    var isDrained: Bool {
        self.isClosed && self.leased == 0
    }

    mutating func acquire(_ waiter: @autoclosure () -> Waiter, id: UInt64) -> AcquireAction {
        guard !self.isClosed else { return .refuseClosed }
        // The one used last: its caches are warm, and the others show whether they are needed.
        if let connection = self.idle.popLast() {
            self.leased += 1
            return .lease(connection)
        }
        guard self.waiters.count < self.waitersMax else { return .refuseFull }
        self.waiters.append(waiter(), id: id)
        return .wait(opens: self.claimOpening())
    }

    /// A connection was opened.
    mutating func opened(_ connection: Connection) -> ReturnAction {
        self.opening -= 1
        return self.place(connection)
    }

    /// A try to open a connection failed.
    ///
    /// - Parameter isPermanent: no further try makes sense until something was changed.
    /// - Returns: whether to try again, and the waiters that have to be failed.
    mutating func openFailed(isPermanent: Bool) -> (retries: Bool, failed: [Waiter]) {
        if !self.isClosed, !isPermanent, !self.waiters.isEmpty { return (true, []) }
        self.opening -= 1
        return (false, isPermanent ? self.waiters.removeAll { _ in true } : [])
    }

    /// A caller gave its connection back in a state in which another one can use it.
    mutating func returned(_ connection: Connection) -> ReturnAction {
        self.leased -= 1
        return self.place(connection)
    }

    /// A caller's connection was closed.
    ///
    /// - Returns: whether another one has to be opened.
    mutating func lost() -> Bool {
        self.leased -= 1
        return self.claimOpening()
    }

    mutating func cancelled(_ id: UInt64) -> Waiter? {
        self.waiters.remove(id)
    }

    mutating func expired(where condition: (Waiter) -> Bool) -> [Waiter] {
        self.waiters.removeAll(where: condition)
    }

    /// The pool takes and gives no more.
    mutating func close() -> (waiters: [Waiter], idle: [Connection]) {
        self.isClosed = true
        defer { self.idle = [] }
        return (self.waiters.removeAll { _ in true }, self.idle)
    }

    private mutating func place(_ connection: Connection) -> ReturnAction {
        guard !self.isClosed else { return .close(connection) }
        if let waiter = self.waiters.removeFirst() {
            self.leased += 1
            return .resume(waiter, connection)
        }
        self.idle.append(connection)
        return .none
    }

    private mutating func claimOpening() -> Bool {
        let isWanted = self.opening < self.waiters.count
        let isAllowed = self.opening + self.leased + self.idle.count < self.connectionsMax
        guard !self.isClosed, isWanted, isAllowed else { return false }
        self.opening += 1
        return true
    }
}
