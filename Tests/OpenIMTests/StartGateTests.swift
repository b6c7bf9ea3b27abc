import TestKit
import Testing

@testable import OpenIM

@Suite struct StartGateTests {
    @Test func `an open gate lets everybody through at once`() async throws {
        let gate = StartGate()
        gate.open()
        gate.open()
        for _ in 0..<10 { try await gate.pass() }
    }

    @Test func `a closed gate holds everybody back until it opens`() async throws {
        let gate = StartGate()
        let passed = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    try await gate.pass()
                    passed.add()
                }
            }
            for _ in 0..<50 { await Task.yield() }
            #expect(passed.value == 0)
            gate.open()
            try await group.waitForAll()
        }
        #expect(passed.value == 100)
        try await gate.pass()
    }

    @Test func `a cancelled task leaves the queue and the others stay`() async throws {
        let gate = StartGate()
        let patient = Task { try await gate.pass() }
        let cancelled = Task { try await gate.pass() }
        for _ in 0..<50 { await Task.yield() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        gate.open()
        try await patient.value
    }

    @Test func `a task that was cancelled before does not wait`() async throws {
        let gate = StartGate()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await gate.pass()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `opening and cancelling at the same time resumes each task exactly once`(seed: Seed) async {
        var random = seed.generator()
        for _ in 0..<50 {
            let gate = StartGate()
            let tasks = (0..<20).map { _ in Task { try await gate.pass() } }
            let victims = tasks.filter { _ in Bool.random(using: &random) }
            let opensFirst = Bool.random(using: &random)
            await withTaskGroup { group in
                if opensFirst { group.addTask { gate.open() } }
                for victim in victims { group.addTask { victim.cancel() } }
                if !opensFirst { group.addTask { gate.open() } }
            }
            for task in tasks {
                switch await task.result {
                case .success: continue
                case .failure(let error):
                    #expect(error is CancellationError, "\(seed)")
                    #expect(victims.contains(task), "\(seed): only cancelled tasks give up")
                }
            }
        }
    }
}
