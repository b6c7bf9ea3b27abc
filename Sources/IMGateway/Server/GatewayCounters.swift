import Synchronization

/// Counts of what happened since the start; each is exact, together they are no snapshot.
package final class GatewayCounters: Sendable {
    /// A counter.
    package final class Counter: Sendable {
        private let atomic = Atomic<Int>(0)

        /// The present value.
        package var value: Int { self.atomic.load(ordering: .relaxed) }

        /// Adds `amount` and returns the new value.
        @discardableResult
        func add(_ amount: Int = 1) -> Int {
            self.atomic.wrappingAdd(amount, ordering: .relaxed).newValue
        }
    }

    /// Connections that are admitted or being admitted; what `connectionsMax` bounds.
    package let connections = Counter()
    /// Connections that were admitted.
    package let admitted = Counter()
    /// Connections that were refused.
    package let refused = Counter()
    /// Connections that a newer login threw out.
    package let kicked = Counter()
    /// Connections closed because their outgoing queue was full.
    package let overflowed = Counter()
    /// Connections closed because nothing was heard of them for `readTimeout`.
    package let timedOut = Counter()
    /// Connections closed because of something they sent.
    package let violations = Counter()
    /// Requests whose service call has not ended.
    package let requestsRunning = Counter()
}
