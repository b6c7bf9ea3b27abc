import Synchronization

/// The load of one key that is under way, and those who wait for it.
///
/// Its lock is taken while no other is held.
@usableFromInline
final class LocalCacheFlight<Value: Sendable>: Sendable {
    typealias Outcome = LocalCacheOutcome<Value>

    private struct State: Sendable {
        /// Callers that have joined and neither got the outcome nor left.
        var callers = 1
        var waiters: [Int: CheckedContinuation<Outcome?, Never>] = [:]
        var ticketsEnd = 0
        var outcome: Outcome?
        var isAbandoned = false
    }

    let key: LocalCacheKey
    let links: LocalCacheLinks
    let load: LocalCacheLoad
    private let state = Mutex(State())

    /// A flight which its maker has joined.
    init(_ key: LocalCacheKey, _ links: LocalCacheLinks, _ load: LocalCacheLoad) {
        self.key = key
        self.links = links
        self.load = load
        load.add()
    }

    /// One more caller; `false` when the flight was given up because nobody was left.
    func join() -> Bool {
        self.state.withLock { state in
            guard !state.isAbandoned else { return false }
            state.callers += 1
            return true
        }
    }

    /// A caller that has joined goes without the outcome; `true` when it was the last and the flight is given up.
    func leave() -> Bool {
        self.state.withLock { state in
            state.callers -= 1
            guard state.callers == 0, state.outcome == nil else { return false }
            state.isAbandoned = true
            return true
        }
    }

    /// Waits as one of those who have joined; `nil` when the calling task was cancelled, who then has to leave.
    func wait() async -> Outcome? {
        let ticket = self.state.withLock { state in
            state.ticketsEnd += 1
            return state.ticketsEnd
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isDecided, outcome) = self.state.withLock { state -> (Bool, Outcome?) in
                    if let outcome = state.outcome { return (true, outcome) }
                    // The handler below may have run already, and found nobody.
                    if Task.isCancelled { return (true, nil) }
                    state.waiters[ticket] = continuation
                    return (false, nil)
                }
                if isDecided { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            let waiter = self.state.withLock { $0.waiters.removeValue(forKey: ticket) }
            waiter?.resume(returning: nil)
        }
    }

    /// Ends the flight; later calls do nothing.
    func finish(_ outcome: Outcome) {
        let waiters = self.state.withLock { state -> [Int: CheckedContinuation<Outcome?, Never>] in
            guard state.outcome == nil else { return [:] }
            state.outcome = outcome
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: outcome) }
    }
}
