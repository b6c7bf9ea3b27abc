import Foundation
import ServerRuntime
import Synchronization
import TestKit

/// Runs tasks one at a time in an order that follows from a seed, on a clock that jumps when all of them sleep.
///
/// Whatever suspends must do so by way of this object or of a continuation that one of its tasks resumes; then the same
/// seed gives the same run.
final class Schedule: Sendable {
    /// How a run ended.
    enum Ending: Sendable, Hashable {
        case finished
        /// All tasks wait for each other.
        case deadlock
        /// More steps, or more time, than any run should need.
        case endless
    }

    private enum Item {
        case job(UnownedJob, ScheduleExecutor)
        case resumption(UnsafeContinuation<Void, Never>)
    }

    private struct Sleeper {
        var id: Int
        var end: Int64
        var continuation: UnsafeContinuation<Void, any Error>
    }

    private struct State: ~Copyable {
        var generator: SeededGenerator
        var ready: [Item] = []
        var parked: [(UnownedJob, ScheduleExecutor)] = []
        var sleepers: [Sleeper] = []
        var idsSoFar = 0
        var steps = 0
        /// Nanoseconds since the beginning.
        var time: Int64 = 0
        var isOver = false
        var isMainDone = false
        var trace: [String]?
        var fingerprint: UInt64 = 0xcbf2_9ce4_8422_2325
    }

    /// More than any schedule of these tests needs.
    static let stepsMax = 400_000
    static let timeMax: Duration = .seconds(3600)

    let seed: Seed
    private let state: Mutex<State>

    init(_ seed: Seed, isTraced: Bool = false) {
        self.seed = seed
        var state = State(generator: seed.generator())
        if isTraced { state.trace = [] }
        self.state = Mutex(state)
    }

    // MARK: - Chance

    func int(in range: ClosedRange<Int>) -> Int {
        self.state.withLock { Int.random(in: range, using: &$0.generator) }
    }

    func fraction() -> Double {
        self.state.withLock { Double.random(in: 0..<1, using: &$0.generator) }
    }

    /// `true` with this probability.
    func chance(_ probability: Double) -> Bool {
        probability > 0 && self.fraction() < probability
    }

    // MARK: - Time

    /// Tasks that were resumed so far: the order of events within one instant.
    var steps: Int { self.state.withLock { $0.steps } }

    /// The time since the beginning.
    var time: Duration { .nanoseconds(self.state.withLock { $0.time }) }

    private static let epoch = ContinuousClock().systemEpoch.advanced(by: .seconds(1_000_000))

    func now() -> Deadline {
        Deadline(Self.epoch.advanced(by: self.time))
    }

    func sleep(for duration: Duration) async throws {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = max(0, seconds * 1_000_000_000 + (attoseconds + 999_999_999) / 1_000_000_000)
        let id = self.state.withLock { state in
            state.idsSoFar += 1
            return state.idsSoFar
        }
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                let isCancelled = Task.isCancelled
                let isRefused = self.state.withLock { state in
                    guard !isCancelled, !state.isOver else { return true }
                    let end = state.time.addingReportingOverflow(nanoseconds)
                    let sleeper = Sleeper(
                        id: id,
                        end: end.overflow ? .max : end.partialValue,
                        continuation: continuation
                    )
                    state.sleepers.append(sleeper)
                    return false
                }
                if isRefused { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = self.state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else { return nil }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Lets others run, in any order.
    func yield() async {
        await withUnsafeContinuation { continuation in
            self.state.withLock { $0.ready.append(.resumption(continuation)) }
        }
    }

    // MARK: - Running

    func enqueue(_ job: UnownedJob, on executor: ScheduleExecutor) {
        self.state.withLock { state in
            if executor.isDead, !state.isOver {
                state.parked.append((job, executor))
            } else {
                state.ready.append(.job(job, executor))
            }
        }
    }

    /// Runs until `body` has returned, and then what it left behind, for which all waits fail.
    func run(_ body: @escaping @Sendable () async -> Void) -> Ending {
        let executor = ScheduleExecutor(self)
        Task(executorPreference: executor) {
            await body()
            self.state.withLock { $0.isMainDone = true }
        }
        let ending = self.loop()
        self.drain()
        return ending
    }

    private func loop() -> Ending {
        while true {
            enum Next {
                case item(Item)
                case nothing
                case wake([Sleeper])
                case end(Ending)
            }
            let next = self.state.withLock { state -> Next in
                if state.isMainDone { return .end(.finished) }
                state.steps += 1
                if state.steps > Self.stepsMax { return .end(.endless) }
                if !state.ready.isEmpty {
                    let index = Int.random(in: 0..<state.ready.count, using: &state.generator)
                    state.fingerprint = (state.fingerprint ^ UInt64(index)) &* 0x100_0000_01b3
                    state.ready.swapAt(index, state.ready.count - 1)
                    let item = state.ready.removeLast()
                    guard case .job(let job, let executor) = item, executor.isDead else { return .item(item) }
                    state.parked.append((job, executor))
                    return .nothing
                }
                guard let end = state.sleepers.lazy.map(\.end).min() else { return .end(.deadlock) }
                state.time = max(state.time, end)
                if Duration.nanoseconds(state.time) > Self.timeMax { return .end(.endless) }
                let due = state.sleepers.filter { $0.end == end }
                state.sleepers.removeAll { $0.end == end }
                return .wake(due)
            }
            switch next {
            case .item(let item): Self.run(item)
            case .nothing: continue
            case .wake(let sleepers): for sleeper in sleepers { sleeper.continuation.resume() }
            case .end(let ending): return ending
            }
        }
    }

    private static func run(_ item: Item) {
        switch item {
        case .job(let job, let executor): job.runSynchronously(on: executor.asUnownedTaskExecutor())
        case .resumption(let continuation): continuation.resume()
        }
    }

    /// Ends every task, also those of dead processes, so that nothing is left in memory.
    private func drain() {
        self.state.withLock { state in
            state.isOver = true
            state.ready += state.parked.map { .job($0, $1) }
            state.parked = []
        }
        var steps = 0
        while steps < Self.stepsMax {
            steps += 1
            let (items, sleepers) = self.state.withLock { state -> ([Item], [Sleeper]) in
                defer {
                    state.ready = []
                    state.sleepers = []
                }
                return (state.ready, state.sleepers)
            }
            if items.isEmpty, sleepers.isEmpty { return }
            for item in items { Self.run(item) }
            for sleeper in sleepers { sleeper.continuation.resume(throwing: CancellationError()) }
        }
    }

    // MARK: - Traces

    /// Whether the run has ended, and only its rest is cleared away.
    var isOver: Bool { self.state.withLock { $0.isOver } }

    /// A number that is the same for the same run.
    var fingerprint: UInt64 { self.state.withLock { $0.fingerprint } }

    var trace: [String] { self.state.withLock { $0.trace ?? [] } }

    /// Adds a line to the trace, if there is one.
    func note(_ text: @autoclosure () -> String) {
        guard self.state.withLock({ $0.trace != nil }) else { return }
        let text = text()
        self.state.withLock { state in
            let milliseconds = Double(state.time) / 1e6
            state.trace?.append("\(String(format: "%10.3f", milliseconds)) ms #\(state.steps) \(text)")
        }
    }
}
