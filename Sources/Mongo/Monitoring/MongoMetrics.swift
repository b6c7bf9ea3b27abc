import Metrics
import ServerRuntime
import Synchronization

/// The metrics of a client.
final class MongoMetrics: Sendable {
    /// Answered calls are counted here and told to the metrics once in a while.
    private static let answersPerReport = 64
    private static let prefix = "im_mongo"
    /// Commands that have a label of their own; all others share one, so that labels are a closed set.
    private static let commandNames = [
        "aggregate", "abortTransaction", "commitTransaction", "count", "create", "createIndexes", "delete", "distinct",
        "drop", "dropIndexes", "find", "findAndModify", "getMore", "insert", "killCursors", "listCollections",
        "listIndexes", "ping", "update",
    ]

    private let inUse: Meter
    private let waiting: Meter
    private let threads: Meter
    private let opened: Counter
    private let answeredCalls: Counter
    private let failedCalls: Mutex<[MongoError.Code: Counter]>
    private let repeatedCalls: Counter
    private let repeatedTransactions: Counter
    private let serverChanges: Counter
    private let heartbeatFailures: Counter
    private let heartbeatDuration: Timer
    private let commandDurations: [UInt64: Timer]
    private let otherDuration: Timer
    private let commandFailures: [UInt64: Counter]
    private let otherFailures: Counter
    private let factory: any MetricsFactory
    private let answers = Atomic(0)

    /// Makes the metrics with `factory`, once for the life of the client.
    init(factory: any MetricsFactory) {
        func counter(_ name: String, _ dimensions: [(String, String)] = []) -> Counter {
            Counter(label: "\(Self.prefix)_\(name)", dimensions: dimensions, factory: factory)
        }
        func meter(_ name: String) -> Meter {
            Meter(label: "\(Self.prefix)_\(name)", dimensions: [], factory: factory)
        }
        func timer(_ name: String, _ dimensions: [(String, String)] = []) -> Timer {
            Timer(label: "\(Self.prefix)_\(name)", dimensions: dimensions, factory: factory)
        }
        self.factory = factory
        self.inUse = meter("clients_in_use")
        self.waiting = meter("waiters")
        self.threads = meter("threads")
        self.opened = counter("clients_opened_total")
        self.answeredCalls = counter("calls_total", [("result", "answered")])
        self.failedCalls = Mutex([:])
        self.repeatedCalls = counter("calls_repeated_total")
        self.repeatedTransactions = counter("transactions_repeated_total")
        self.serverChanges = counter("server_changes_total")
        self.heartbeatFailures = counter("heartbeats_failed_total")
        self.heartbeatDuration = timer("heartbeat_duration_seconds")
        let names = Self.commandNames.map { (Self.hash($0), $0) }
        self.commandDurations = Dictionary(
            uniqueKeysWithValues: names.map { ($0, timer("command_duration_seconds", [("command", $1)])) }
        )
        self.otherDuration = timer("command_duration_seconds", [("command", "other")])
        self.commandFailures = Dictionary(
            uniqueKeysWithValues: names.map { ($0, counter("commands_failed_total", [("command", $1)])) }
        )
        self.otherFailures = counter("commands_failed_total", [("command", "other")])
    }

    // MARK: - Pool

    func clientOpened() { self.opened.increment() }

    /// How many clients are in use, calls wait for one, and threads there are.
    func state(inUse: Int, waiting: Int, threads: Int) {
        self.inUse.set(inUse)
        self.waiting.set(waiting)
        self.threads.set(threads)
    }

    /// The client has ended.
    func stopped() {
        self.state(inUse: 0, waiting: 0, threads: 0)
        let rest = self.answers.exchange(0, ordering: .relaxed)
        if rest > 0 { self.answeredCalls.increment(by: rest) }
    }

    // MARK: - Calls

    /// A call got what it asked for.
    ///
    /// - Returns: whether it is time to tell the state of the pool too.
    func answered() -> Bool {
        let total = self.answers.wrappingAdd(1, ordering: .relaxed).newValue
        guard total >= Self.answersPerReport else { return false }
        let rest = self.answers.exchange(0, ordering: .relaxed)
        if rest > 0 { self.answeredCalls.increment(by: rest) }
        return true
    }

    func failed(_ code: MongoError.Code) {
        let counter = self.failedCalls.withLock { counters in
            if let counter = counters[code] { return counter }
            let dimensions = [("result", code.description)]
            let counter = Counter(label: "\(Self.prefix)_calls_total", dimensions: dimensions, factory: self.factory)
            counters[code] = counter
            return counter
        }
        counter.increment()
    }

    func repeatedCall() { self.repeatedCalls.increment() }
    func repeatedTransaction() { self.repeatedTransactions.increment() }

    // MARK: - Commands and servers

    func command(_ name: UnsafePointer<CChar>, microseconds: Int64) {
        let timer = self.commandDurations[Self.hash(name)] ?? self.otherDuration
        timer.recordMicroseconds(microseconds)
    }

    func commandFailed(_ name: UnsafePointer<CChar>) {
        (self.commandFailures[Self.hash(name)] ?? self.otherFailures).increment()
    }

    func serverChanged() { self.serverChanges.increment() }
    func heartbeat(microseconds: Int64) { self.heartbeatDuration.recordMicroseconds(microseconds) }
    func heartbeatFailed() { self.heartbeatFailures.increment() }

    /// FNV-1a of the bytes up to the end of the text: looking a name up costs no `String`.
    private static func hash(_ text: UnsafePointer<CChar>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var next = text
        while next.pointee != 0 {
            hash = (hash ^ UInt64(UInt8(bitPattern: next.pointee))) &* 0x100_0000_01b3
            next += 1
        }
        return hash
    }
}
