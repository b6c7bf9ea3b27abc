import Synchronization
import TestKit

@testable import Redis

/// A clock that stands still until it is moved to the next instant at which somebody wants to wake.
final class VirtualTime: Sendable {
    private typealias Sleeper = (instant: ContinuousClock.Instant, continuation: CheckedContinuation<Void, any Error>)

    private struct State {
        var now = ContinuousClock.now
        var sleepers: [Int: Sleeper] = [:]
        var ticketLast = 0
        var random: SeededGenerator
    }

    private let state: Mutex<State>

    init(seed: Seed) {
        self.state = Mutex(State(random: seed.generator()))
    }

    var now: ContinuousClock.Instant { self.state.withLock { $0.now } }

    var clock: SentinelClock {
        SentinelClock(
            now: { self.now },
            sleep: { try await self.sleep(until: $0) },
            randomBits: { self.state.withLock { $0.random.next() } }
        )
    }

    /// A number from the injected chance.
    func random(below bound: Int) -> Int {
        self.state.withLock { Int.random(in: 0..<bound, using: &$0.random) }
    }

    func sleep(for duration: Duration) async throws {
        try await self.sleep(until: self.now.advanced(by: duration))
    }

    func sleep(until instant: ContinuousClock.Instant) async throws {
        let ticket = self.state.withLock { state in
            state.ticketLast += 1
            return state.ticketLast
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = self.state.withLock { state -> Result<Void, any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.now >= instant { return .success(()) }
                    state.sleepers[ticket] = (instant, continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let sleeper = self.state.withLock { state in
                state.sleepers.removeValue(forKey: ticket)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Lets `body` run, one step of one task at a time, moving the time on whenever everybody sleeps.
    func whileRunning<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let executor = SimulationExecutor()
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask(executorPreference: executor) {
                defer { executor.isOver.store(true, ordering: .releasing) }
                return try await body()
            }
            group.addTask {
                while !executor.isOver.load(ordering: .acquiring) {
                    if !executor.runReady() { self.moveOn() }
                    // Others want to run too: tests beside this one, and tasks that were made without the executor.
                    await Task.yield()
                }
                return nil
            }
            for try await value in group {
                if let value { return value }
            }
            throw CancellationError()
        }
    }

    private func moveOn() {
        let due = self.state.withLock { state -> [Sleeper] in
            guard let next = state.sleepers.values.map(\.instant).min() else { return [] }
            state.now = max(state.now, next)
            let due = state.sleepers.filter { $0.value.instant <= state.now }
            for ticket in due.keys { state.sleepers[ticket] = nil }
            return Array(due.values)
        }
        for sleeper in due { sleeper.continuation.resume() }
    }
}
