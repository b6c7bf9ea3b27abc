import Logging
import ServerRuntime
import Synchronization
import TestKit
import Testing

@testable import IMWorkers

@Suite struct RetryTests {
    private struct Passing: Error {}

    private func retry(_ delay: Duration = .microseconds(100)) -> Retry {
        Retry(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            backoff: Backoff(initial: delay, maximum: delay)
        )
    }

    @Test func `a step that succeeds runs once`() async throws {
        var calls = 0
        let value = try await self.retry().run("step") {
            calls += 1
            return "done"
        }
        #expect(value == "done")
        #expect(calls == 1)
    }

    @Test func `a step that fails for a passing reason is repeated until it succeeds`() async throws {
        var calls = 0
        let value = try await self.retry().run("step") {
            calls += 1
            if calls < 50 { throw Passing() }
            return calls
        }
        #expect(value == 50)
    }

    @Test func `a cancelled task gives up with a cancellation, whatever its step threw`() async throws {
        let calls = Atomic<Int>(0)
        let task = Task {
            try await self.retry(.seconds(3600)).run("step") {
                calls.add(1, ordering: .relaxed)
                throw Passing()
            }
        }
        let hasBegun = try await eventually(within: .seconds(60)) { calls.load(ordering: .relaxed) == 1 }
        #expect(hasBegun)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let count = calls.load(ordering: .relaxed)
        #expect(count == 1, "nothing is tried again after the cancellation")
    }

    @Test func `a task that is cancelled during its step does not try again`() async throws {
        let calls = Atomic<Int>(0)
        let task = Task {
            try await self.retry().run("step") {
                calls.add(1, ordering: .relaxed)
                try await Task.sleep(for: .seconds(3600))
            }
        }
        let hasBegun = try await eventually(within: .seconds(60)) { calls.load(ordering: .relaxed) == 1 }
        #expect(hasBegun)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let count = calls.load(ordering: .relaxed)
        #expect(count == 1)
    }

    @Test func `a step that fails when it is not worth it any more is abandoned`() async throws {
        let calls = Atomic<Int>(0)
        var retry = self.retry()
        retry.isWorthIt = { false }
        let impatient = retry
        await #expect(throws: Retry.Abandoned.self) {
            try await impatient.run("step") {
                calls.add(1, ordering: .relaxed)
                throw Passing()
            }
        }
        let count = calls.load(ordering: .relaxed)
        #expect(count == 1)
    }
}
