extension SentinelRouter {
    /// What is known of the master, and who waits for it.
    ///
    /// Pure; the owner resumes waiters and closes nodes after it has released its lock.
    struct State {
        typealias Waiter = CheckedContinuation<Void, Never>

        enum Phase {
            case idle
            case running
            case closed
        }

        struct Master {
            let node: Node
            let address: RedisEndpoint
            /// Counts the nodes, so that news of an old one can be told from news of this one.
            let generation: Int
            /// Whether calls failed, or it is new, and its role has not been seen since.
            var isDoubtful = true
        }

        var phase = Phase.idle
        var master: Master?
        var generationLast = 0
        var directory: SentinelDirectory
        var epoch: Int64?
        /// Why there is no master, as the last round found.
        var failure: RedisError?
        var waiters: [Int: Waiter] = [:]
        var ticketLast = 0

        /// Whether a master is known and nothing speaks against it.
        var isSettled: Bool { self.master.map { !$0.isDoubtful } ?? false }

        /// Notes that calls to the master fail; `false` if that is known, or the node is an old one.
        mutating func doubt(generation: Int) -> Bool {
            guard self.master?.generation == generation, self.master?.isDoubtful == false else { return false }
            self.master?.isDoubtful = true
            return true
        }

        /// Notes that the server said it is a master.
        mutating func verified(generation: Int) {
            guard self.master?.generation == generation else { return }
            self.master?.isDoubtful = false
            self.failure = nil
        }

        mutating func takeWaiters() -> [Waiter] {
            defer { self.waiters = [:] }
            return Array(self.waiters.values)
        }
    }
}
