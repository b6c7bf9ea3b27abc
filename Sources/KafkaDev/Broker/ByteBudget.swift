import Synchronization

/// A number of bytes that many share; thread safe.
final class ByteBudget: Sendable {
    private struct State {
        var used = 0
        /// The most that was taken at a time since somebody asked.
        var peak = 0
        var waiters: [@Sendable () -> Void] = []
    }

    private let limit: Int
    private let state = Mutex(State())

    /// A budget of `limit` bytes.
    init(limit: Int) {
        self.limit = limit
    }

    /// Takes `bytes`, or remembers to call back when some have come free.
    ///
    /// More than the whole limit is given when nothing else is taken.
    ///
    /// When this was refused, `retry` is called once, from any thread; it should try again.
    ///
    /// - Parameters:
    ///   - bytes: how many.
    ///   - retry: see above.
    /// - Returns: whether they were taken.
    func take(_ bytes: Int, orCall retry: @escaping @Sendable () -> Void) -> Bool {
        self.state.withLock { state in
            if state.used == 0 || state.used + bytes <= self.limit {
                state.used += bytes
                state.peak = max(state.peak, state.used)
                return true
            }
            state.waiters.append(retry)
            return false
        }
    }

    /// Whether `bytes` are free, or everything is; otherwise `retry` is called once, from any thread, when some come free.
    func hasRoom(for bytes: Int, orCall retry: @escaping @Sendable () -> Void) -> Bool {
        self.state.withLock { state in
            if state.used == 0 || state.used + bytes <= self.limit { return true }
            state.waiters.append(retry)
            return false
        }
    }

    /// Takes `bytes` in any case.
    func force(_ bytes: Int) {
        self.state.withLock { state in
            state.used += bytes
            state.peak = max(state.peak, state.used)
        }
    }

    /// The most that was taken at a time since the last call.
    func takePeak() -> Int {
        self.state.withLock { state in
            defer { state.peak = state.used }
            return state.peak
        }
    }

    /// How many are free.
    var free: Int {
        self.state.withLock { max(0, self.limit - $0.used) }
    }

    /// Gives `bytes` back.
    func release(_ bytes: Int) {
        let waiters = self.state.withLock { state in
            state.used -= bytes
            let waiters = state.waiters
            state.waiters = []
            return waiters
        }
        for waiter in waiters { waiter() }
    }
}
