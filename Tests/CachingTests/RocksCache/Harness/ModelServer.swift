import Redis
import ServerRuntime
import Synchronization

@testable import Caching

/// The one Redis of a model: entries, its clock, what goes wrong with it, and what must hold at each of its steps.
final class ModelServer: Sendable {
    /// What goes wrong, as probabilities for each request.
    struct Faults: Sendable {
        /// A request is slow, in either direction.
        var slow = 0.03
        /// How slow.
        var slowMax: Duration = .milliseconds(1500)
        var requestLost = 0.0
        var replyLost = 0.0
        /// A request that was given up is carried out all the same, later.
        var late = 0.0
        /// One key of a request fails.
        var keyFails = 0.0

        /// Nothing goes wrong, and nothing is slow.
        static let none = Faults(slow: 0)

        /// Whether a request may fail.
        var canFail: Bool {
            self.requestLost + self.replyLost + self.keyFails > 0 || self.slow > 0 && self.slowMax >= .milliseconds(450)
        }
    }

    /// What happens to one request.
    struct Fate: Sendable {
        /// Until it is carried out; `nil`: no time, but others may run.
        var before: Duration?
        var after: Duration?
        var isLost = false
        var isReplyLost = false
        var isLate = false
        /// A lost request or reply is noticed only at the deadline.
        var isSilent = false
    }

    private struct State: Sendable {
        var model: EntryModel
        var faults: Faults
        var isReachable = true
        var isHistoryKept = false
        var history: [EntryModel] = []
        /// Versions below it must not be stored any more: that of the database at the last tag-delete or put.
        var floors: [String: Int] = [:]
        var tags: [String: [Tag]] = [:]
        var owners: Set<String> = []
        var listeners: [@Sendable (String) -> Void] = []
    }

    /// A tag-delete that was carried out.
    struct Tag: Sendable {
        var time: Duration
        var floor: Int
    }

    /// Steps that a failover may lose.
    static let historyMax = 12

    let schedule: Schedule
    let database: ModelDatabase
    /// Where requests go on whose sender has given up.
    let executor: ScheduleExecutor
    private let start: Int64
    private let violate: @Sendable (String) -> Void
    private let state: Mutex<State>

    init(
        _ schedule: Schedule,
        _ database: ModelDatabase,
        faults: Faults,
        without: Set<EntryModel.Part>,
        violate: @escaping @Sendable (String) -> Void
    ) {
        self.schedule = schedule
        self.database = database
        self.executor = ScheduleExecutor(schedule)
        self.violate = violate
        self.start = 1_700_000_000_000 + Int64(schedule.int(in: 0...999))
        self.state = Mutex(State(model: EntryModel(now: self.start, without: without), faults: faults))
    }

    // MARK: - Looking

    func entry(_ key: String) -> EntryModel.Entry? {
        self.step(key) { $0.entry(key) }
    }

    /// The lowest version that may still be stored.
    func floor(_ key: String) -> Int { self.state.withLock { $0.floors[key] ?? 0 } }

    func tags(_ key: String) -> [Tag] { self.state.withLock { $0.tags[key] ?? [] } }

    var owners: Set<String> { self.state.withLock { $0.owners } }

    var isReachable: Bool { self.state.withLock { $0.isReachable } }

    var canFail: Bool { self.state.withLock { $0.faults.canFail } }

    // MARK: - Faults

    func setFaults(_ faults: Faults) { self.state.withLock { $0.faults = faults } }

    func setReachable(_ isReachable: Bool) { self.state.withLock { $0.isReachable = isReachable } }

    /// Remembers the last steps, for `failOver`.
    func keepHistory() { self.state.withLock { $0.isHistoryKept = true } }

    func flush() {
        self.schedule.note("FLUSHALL")
        self.state.withLock { $0.model.removeAll() }
    }

    /// A replica takes over that lacks the last steps.
    func failOver() {
        self.state.withLock { state in
            guard !state.history.isEmpty else { return }
            let without = state.model.without
            state.model = state.history[self.schedule.int(in: 0...(state.history.count - 1))]
            state.model.without = without
            // Tag-deletes may be among what is lost; nothing is promised about them.
            state.floors = [:]
            state.tags = [:]
        }
        self.schedule.note("failover")
    }

    func fate() -> Fate {
        let faults = self.state.withLock { $0.faults }
        var fate = Fate(before: self.delay(faults), after: self.delay(faults))
        fate.isLost = self.schedule.chance(faults.requestLost)
        fate.isReplyLost = self.schedule.chance(faults.replyLost)
        fate.isLate = self.schedule.chance(faults.late)
        fate.isSilent = self.schedule.chance(0.3)
        return fate
    }

    /// Whether one key of a request fails.
    func keyFails() -> Bool { self.schedule.chance(self.state.withLock { $0.faults.keyFails }) }

    private func delay(_ faults: Faults) -> Duration? {
        if self.schedule.chance(faults.slow) {
            return faults.slowMax * self.schedule.fraction()
        }
        return self.schedule.chance(0.5) ? nil : .microseconds(self.schedule.int(in: 0...3000))
    }

    // MARK: - Wake-ups

    func listen(_ body: @escaping @Sendable (String) -> Void) {
        self.state.withLock { $0.listeners.append(body) }
    }

    /// Lets go of everything that holds on to this object.
    func tearDown() {
        self.state.withLock { $0.listeners = [] }
    }

    // MARK: - Steps

    /// Carries out one step on `key`, at the present time of the server.
    @discardableResult
    func step<Reply: Sendable>(_ key: String, _ body: (inout EntryModel) -> Reply) -> Reply {
        let (seconds, attoseconds) = self.schedule.time.components
        let now = self.start + seconds * 1000 + attoseconds / 1_000_000_000_000_000
        let (reply, published, listeners, entry) = self.state.withLock {
            state -> (Reply, [String], [@Sendable (String) -> Void], EntryModel.Entry?) in
            if state.isHistoryKept {
                state.history.append(state.model)
                if state.history.count > Self.historyMax { state.history.removeFirst() }
            }
            state.model.now = now
            let reply = body(&state.model)
            let published = state.model.published
            state.model.published = []
            return (reply, published, state.listeners, state.model.entry(key))
        }
        if let entry, entry.end == nil { self.violate("I7: \(key) has no end: \(entry)") }
        for key in published {
            for listener in listeners { listener(key) }
        }
        return reply
    }

    func acquired(_ owner: String) {
        _ = self.state.withLock { $0.owners.insert(owner) }
    }

    /// A tag-delete, or the like, was carried out just now.
    func tagged(_ key: String) {
        let floor = self.database.current(key)
        let time = self.schedule.time
        self.state.withLock { state in
            state.floors[key] = max(floor, state.floors[key] ?? 0)
            state.tags[key, default: []].append(Tag(time: time, floor: floor))
        }
    }

    /// A value was put just now.
    func put(_ key: String, _ bytes: [UInt8]) {
        guard let version = try? Version(cacheBytes: bytes) else { return }
        self.state.withLock { $0.floors[key] = max(version.number, $0.floors[key] ?? 0) }
    }

    /// A loaded value was accepted just now.
    func stored(_ key: String, _ bytes: [UInt8], owner: String, before: EntryModel.Entry?, after: EntryModel.Entry?) {
        if before?.lockOwner != owner {
            self.violate("I4: \(owner) stored \(key), which \(before?.lockOwner ?? "nobody") held")
        }
        if let after, after.lockUntil != nil || after.lockOwner != nil {
            self.violate("I4: \(key) is locked after a store: \(after)")
        }
        let value = bytes.isEmpty ? nil : try? Version(cacheBytes: bytes)
        let floor = self.floor(key)
        if !self.database.has(value, key, in: floor...) {
            self.violate(
                "I1: \(value?.description ?? "absent") was stored for \(key) after the tag-delete of v\(floor)"
            )
        }
    }
}
