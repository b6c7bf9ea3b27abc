import Metrics
import ServerRuntime
import Synchronization

/// The metrics of a client; docs/redis.md lists them.
final class RedisMetrics: Sendable {
    /// One call in so many has its duration measured: two looks at the clock would slow down every call.
    static let callsPerSample: UInt64 = 64

    private static let prefix = "im_redis"

    private let standing: Meter
    private let made: Counter
    private let lost: Counter
    private let refused: Counter
    private let answeredCalls: Counter
    private let failedCalls: [RedisError.Code: Counter]
    private let duration: Timer
    private let pending: Meter
    private let leased: Meter
    private let idle: Meter
    private let waiting: Meter
    private let leaseWait: Timer
    private let gaps: Counter
    private let droppedMessages: Counter
    private let moves: Counter

    /// Makes the metrics with `factory`, once for the life of the client.
    init(factory: any MetricsFactory) {
        func counter(_ name: String, _ dimensions: [(String, String)] = []) -> Counter {
            Counter(label: "\(Self.prefix)_\(name)", dimensions: dimensions, factory: factory)
        }
        func meter(_ name: String, _ dimensions: [(String, String)] = []) -> Meter {
            Meter(label: "\(Self.prefix)_\(name)", dimensions: dimensions, factory: factory)
        }
        self.standing = meter("connections")
        self.made = counter("connections_made_total")
        self.lost = counter("connections_lost_total")
        self.refused = counter("connections_refused_total")
        self.answeredCalls = counter("calls_total", [("result", "answered")])
        self.failedCalls = Dictionary(
            uniqueKeysWithValues: Self.failures.map { ($0, counter("calls_total", [("result", $0.description)])) }
        )
        self.duration = Timer(label: "\(Self.prefix)_call_duration_seconds", dimensions: [], factory: factory)
        self.pending = meter("pending_commands")
        self.leased = meter("leased_connections", [("state", "in_use")])
        self.idle = meter("leased_connections", [("state", "idle")])
        self.waiting = meter("lease_waiters")
        self.leaseWait = Timer(label: "\(Self.prefix)_lease_wait_seconds", dimensions: [], factory: factory)
        self.gaps = counter("subscription_gaps_total")
        self.droppedMessages = counter("subscription_messages_dropped_total")
        self.moves = counter("cluster_moved_total")
    }

    /// The ways in which a call can fail at a connection.
    private static let failures: [RedisError.Code] = [
        .deadlineExceeded, .cancelled, .connectionLost, .handshakeRefused, .queueFull, .closed, .protocolViolation,
    ]

    // MARK: - Connections

    func connected() {
        self.standing.increment()
        self.made.increment()
    }

    func disconnected() {
        self.standing.decrement()
        self.lost.increment()
    }

    func connectionRefused() {
        self.refused.increment()
    }

    // MARK: - Calls

    /// Calls that got their replies, whatever these say.
    func answered(_ count: Int) {
        if count > 0 { self.answeredCalls.increment(by: count) }
    }

    func failed(_ error: RedisError) {
        self.failedCalls[error.code]?.increment()
    }

    func took(_ duration: Duration) {
        self.duration.record(duration: duration)
    }

    /// The number of commands that are queued or in flight has changed by `difference`.
    func pendingChanged(by difference: Int) {
        Self.change(self.pending, by: difference)
    }

    private static func change(_ meter: Meter, by difference: Int) {
        if difference > 0 { meter.increment(by: Double(difference)) }
        if difference < 0 { meter.decrement(by: Double(-difference)) }
    }

    // MARK: - Leases

    func leaseChanged(inUse: Int, idle: Int, waiting: Int) {
        Self.change(self.leased, by: inUse)
        Self.change(self.idle, by: idle)
        Self.change(self.waiting, by: waiting)
    }

    func leaseWaited(_ duration: Duration) {
        self.leaseWait.record(duration: duration)
    }

    // MARK: - Subscriptions and clusters

    /// A subscription lost messages: `dropped` were dropped here; `isNew` if it will learn so by another event.
    func gap(isNew: Bool, dropped: Int) {
        if isNew { self.gaps.increment() }
        if dropped > 0 { self.droppedMessages.increment(by: dropped) }
    }

    /// A command was sent to a server that no longer has its slot.
    func moved() {
        self.moves.increment()
    }
}
