import Glibc
import ServerRuntime
import Synchronization
import TestKit
import Testing

@Suite struct BlockingPoolTests {
    private struct Refused: Error, Equatable {}

    /// A flag that a blocked thread waits for.
    private final class Flag: Sendable {
        let isSet = Atomic<Bool>(false)

        func set() {
            self.isSet.store(true, ordering: .releasing)
        }

        /// Blocks a thread of the pool, as a C call does; gives up after a minute.
        func block() {
            let end = ContinuousClock.now.advanced(by: .seconds(60))
            while !self.isSet.load(ordering: .acquiring), ContinuousClock.now < end { usleep(1000) }
        }
    }

    @Test func `work runs and its result comes back`() async throws {
        let pool = BlockingPool(threadCount: 2)
        pool.start()
        pool.start()
        let values = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<50 { group.addTask { try await pool.run { number * number } } }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(values == Set((0..<50).map { $0 * $0 }))
        try await pool.shutdown()
    }

    @Test func `an error of the work is thrown to its caller`() async throws {
        let pool = BlockingPool(threadCount: 1)
        pool.start()
        await #expect(throws: Refused()) { try await pool.run { throw Refused() } }
        #expect(try await pool.run { 1 } == 1)
        try await pool.shutdown()
    }

    @Test func `cancelled work that is still queued never runs`() async throws {
        let pool = BlockingPool(threadCount: 1)
        pool.start()
        let (running, release, hasRun) = (Flag(), Flag(), Flag())
        let first = Task {
            try await pool.run {
                running.set()
                release.block()
            }
        }
        let hasStarted = try await eventually(within: .seconds(60)) { running.isSet.load(ordering: .acquiring) }
        #expect(hasStarted)
        let queued = Task { try await pool.run { hasRun.set() } }
        queued.cancel()
        release.set()
        await #expect(throws: CancellationError.self) { try await queued.value }
        try await first.value
        try await pool.shutdown()
        let didRun = hasRun.isSet.load(ordering: .acquiring)
        #expect(!didRun)
    }

    @Test func `a pool that is shut down refuses work`() async throws {
        let pool = BlockingPool(threadCount: 1)
        pool.start()
        try await pool.shutdown()
        await #expect(throws: (any Error).self) { try await pool.run { 1 } }
    }
}
