import TestKit
import Testing

@testable import Postgres

@Suite struct PoolStateMachineTests {
    private typealias Machine = PoolStateMachine<Int, String>

    @Test func `waiters get connections in order of arrival`() {
        var pool = Machine(connectionsMax: 1, waitersMax: 10)
        guard case .wait(opens: true) = pool.acquire("a", id: 1), case .wait(opens: false) = pool.acquire("b", id: 2),
            case .wait(opens: false) = pool.acquire("c", id: 3)
        else {
            Issue.record("the first opens, the others wait")
            return
        }
        #expect(pool.cancelled(2) == "b")
        guard case .resume("a", 7) = pool.opened(7), case .resume("c", 7) = pool.returned(7),
            case .none = pool.returned(7), case .lease(7) = pool.acquire("d", id: 4)
        else {
            Issue.record("a, then c, then d")
            return
        }
    }

    @Test func `a lost connection is replaced when somebody waits`() {
        var pool = Machine(connectionsMax: 1, waitersMax: 10)
        _ = pool.acquire("a", id: 1)
        _ = pool.opened(7)
        _ = pool.acquire("b", id: 2)
        let opens = pool.lost()
        #expect(opens)
        #expect(pool.opening == 1 && pool.leased == 0)
        _ = pool.opened(8)
        let opensAgain = pool.lost()
        #expect(!opensAgain)
    }

    @Test func `a permanent failure fails all waiters and a passing one is tried again while somebody waits`() {
        var pool = Machine(connectionsMax: 2, waitersMax: 10)
        _ = pool.acquire("a", id: 1)
        #expect(pool.openFailed(isPermanent: false).retries)
        let (retries, failed) = pool.openFailed(isPermanent: true)
        #expect(!retries && failed == ["a"] && pool.opening == 0)
    }

    @Test(arguments: [1, 2, 3, 0xC0FFEE]) func `connections never exceed the bound and nobody waits beside an idle one`(
        seed: UInt64
    ) {
        var random = SeededGenerator(seed: seed)
        var pool = Machine(connectionsMax: 3, waitersMax: 5)
        var leased: [Int] = []
        var next: UInt64 = 0
        for step in 0..<20_000 {
            next += 1
            switch random.next() % 6 {
            case 0, 1:
                switch pool.acquire("w\(next)", id: next) {
                case .lease(let connection): leased.append(connection)
                case .wait, .refuseFull, .refuseClosed: break
                }
            case 2 where pool.opening > 0:
                if case .resume(_, let connection) = pool.opened(step) { leased.append(connection) }
            case 3 where !leased.isEmpty:
                if case .resume(_, let connection) = pool.returned(leased.removeFirst()) { leased.append(connection) }
            case 4 where !leased.isEmpty:
                leased.removeLast()
                _ = pool.lost()
            case 5 where pool.opening > 0: _ = pool.openFailed(isPermanent: false)
            default: _ = pool.cancelled(next &- random.next() % 8)
            }
            let total = pool.opening + pool.leased + pool.idle.count
            let isWithinBounds = total <= 3 && pool.waiters.count <= 5 && pool.leased == leased.count
            let nobodyWaitsInVain = pool.idle.isEmpty || pool.waiters.isEmpty
            if !isWithinBounds || !nobodyWaitsInVain {
                Issue.record("seed \(seed), step \(step): \(pool)")
                return
            }
        }
    }

    @Test func `a migration list must rise and applied versions must be known`() throws {
        let step = { PostgresMigration(version: $0, name: "n", sql: "") }
        #expect(throws: PostgresError.self) { try MigrationPlan([step(2), step(1)]) }
        #expect(throws: PostgresError.self) { try MigrationPlan([step(0)]) }
        let plan = try MigrationPlan([step(1), step(2), step(4)])
        try plan.check(applied: [1, 2])
        #expect(throws: PostgresError.self) { try plan.check(applied: [1, 2, 3]) }
        #expect(throws: PostgresError.self) { try plan.check(applied: [1, 4]) }
    }
}
