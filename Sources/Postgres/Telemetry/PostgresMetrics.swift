import Metrics
import ServerRuntime
import Synchronization

/// The metrics of a client.
final class PostgresMetrics: Sendable {
    /// One call in so many has its duration measured: two looks at the clock would slow down every call.
    static let callsPerSample: UInt64 = 64
    /// Answered calls are counted here and told to the metrics once in a while.
    private static let answersPerReport = 64

    private static let prefix = "im_postgres"

    private let shared: Meter
    private let leased: Meter
    private let opening: Meter
    private let waiting: Meter
    private let made: Counter
    private let lost: Counter
    private let refused: Counter
    private let cancels: Counter
    private let repeatedStatements: Counter
    private let repeatedTransactions: Counter
    private let answeredCalls: Counter
    private let failedCalls: Mutex<[PostgresError.Code: Counter]>
    private let duration: Timer
    private let factory: any MetricsFactory
    private let answers = Atomic(0)

    /// Makes the metrics with `factory`, once for the life of the client.
    init(factory: any MetricsFactory) {
        func counter(_ name: String, _ dimensions: [(String, String)] = []) -> Counter {
            Counter(label: "\(Self.prefix)_\(name)", dimensions: dimensions, factory: factory)
        }
        func meter(_ name: String, _ dimensions: [(String, String)] = []) -> Meter {
            Meter(label: "\(Self.prefix)_\(name)", dimensions: dimensions, factory: factory)
        }
        self.factory = factory
        self.shared = meter("connections", [("state", "shared")])
        self.leased = meter("connections", [("state", "leased")])
        self.opening = meter("connections", [("state", "opening")])
        self.waiting = meter("waiters")
        self.made = counter("connections_made_total")
        self.lost = counter("connections_lost_total")
        self.refused = counter("connections_refused_total")
        self.cancels = counter("cancel_requests_total")
        self.repeatedStatements = counter("statements_repeated_total")
        self.repeatedTransactions = counter("transactions_repeated_total")
        self.answeredCalls = counter("calls_total", [("result", "answered")])
        self.failedCalls = Mutex([:])
        self.duration = Timer(label: "\(Self.prefix)_call_duration_seconds", dimensions: [], factory: factory)
    }

    // MARK: - Connections

    func connected() { self.made.increment() }
    func disconnected() { self.lost.increment() }
    func connectionRefused() { self.refused.increment() }
    func cancelRequested() { self.cancels.increment() }
    func repeatedStatement() { self.repeatedStatements.increment() }
    func repeatedTransaction() { self.repeatedTransactions.increment() }

    /// How many connections there are of each kind, and how many calls wait for one.
    func state(_ counts: PoolCounts) {
        self.shared.set(counts.shared)
        self.leased.set(counts.leased)
        self.opening.set(counts.opening)
        self.waiting.set(counts.waiting)
    }

    /// The client has ended.
    func stopped() {
        self.state(PoolCounts())
        let rest = self.answers.exchange(0, ordering: .relaxed)
        if rest > 0 { self.answeredCalls.increment(by: rest) }
    }

    // MARK: - Calls

    /// `count` calls got what they asked for.
    func answered(_ count: Int) {
        let total = self.answers.wrappingAdd(count, ordering: .relaxed).newValue
        guard total >= Self.answersPerReport else { return }
        let rest = self.answers.exchange(0, ordering: .relaxed)
        if rest > 0 { self.answeredCalls.increment(by: rest) }
    }

    func failed(_ error: PostgresError) {
        let counter = self.failedCalls.withLock { counters in
            if let counter = counters[error.code] { return counter }
            let dimensions = [("result", error.code.description)]
            let counter = Counter(label: "\(Self.prefix)_calls_total", dimensions: dimensions, factory: self.factory)
            counters[error.code] = counter
            return counter
        }
        counter.increment()
    }

    func took(_ duration: Duration) {
        self.duration.record(duration: duration)
    }
}
