import ServerRuntime
import TestKit
import Testing

@testable import Postgres

@Suite struct PoolStateMachineTests {
    private final class Caller: PoolWaiter, CustomStringConvertible {
        let name: Int
        let wantsLease: Bool
        var isLive = true

        init(_ name: Int, wantsLease: Bool = false) {
            self.name = name
            self.wantsLease = wantsLease
        }

        var description: String { "\(self.wantsLease ? "lease" : "statement") \(self.name)" }
    }

    private typealias Machine = PoolStateMachine<Caller>

    /// What the machine wants done, as words.
    private func steps(_ pool: inout Machine, at now: Deadline = .now) -> [String] {
        var steps: [String] = []
        while let action = pool.next(at: now) {
            switch action {
            case .send(let caller, let slot): steps.append("send \(caller.name) \(slot)")
            case .lease(let caller, let slot): steps.append("lease \(caller.name) \(slot)")
            case .open(let slot): steps.append("open \(slot)")
            }
        }
        return steps
    }

    private func machine(_ connections: Int, depth: Int = 2, waiters: Int = 10) -> Machine {
        Machine(connectionsMax: connections, depthMax: depth, waitersMax: waiters)
    }

    @Test func `a statement opens a connection and goes to it`() {
        var pool = self.machine(2)
        pool.arrived(Caller(1))
        let steps1 = self.steps(&pool)
        #expect(steps1 == ["open 0"])
        pool.opened(0)
        let steps2 = self.steps(&pool)
        #expect(steps2 == ["send 1 0"])
        #expect(pool.outstanding(0) == 1)
    }

    @Test func `statements go behind others only when no connection is idle and none can be opened`() {
        var pool = self.machine(2)
        for name in 1...5 { pool.arrived(Caller(name)) }
        let steps3 = self.steps(&pool)
        #expect(steps3 == ["open 0", "open 1"])
        pool.opened(0)
        // The other one comes soon, so nothing is sent behind 1.
        let steps4 = self.steps(&pool)
        #expect(steps4 == ["send 1 0"])
        pool.opened(1)
        let steps5 = self.steps(&pool)
        #expect(steps5 == ["send 2 1", "send 3 0", "send 4 1"])
        #expect(pool.waitingCount == 1)
        pool.answered(1, at: .now)
        let steps6 = self.steps(&pool)
        #expect(steps6 == ["send 5 1"])
    }

    @Test func `nothing goes behind a statement that runs for long`() {
        var pool = self.machine(1, depth: 16)
        let now = Deadline.now
        pool.arrived(Caller(1))
        _ = pool.next(at: now)
        pool.opened(0)
        let steps7 = self.steps(&pool, at: now)
        #expect(steps7 == ["send 1 0"])
        let later = now + .seconds(1)
        pool.arrived(Caller(2))
        let steps8 = self.steps(&pool, at: later)
        #expect(steps8.isEmpty)
        pool.answered(0, at: later)
        let steps9 = self.steps(&pool, at: later)
        #expect(steps9 == ["send 2 0"])
    }

    @Test func `a lease waits for a connection without statements and nobody overtakes it`() {
        var pool = self.machine(1, depth: 16)
        pool.arrived(Caller(1))
        _ = pool.next(at: .now)
        pool.opened(0)
        pool.arrived(Caller(2))
        let steps10 = self.steps(&pool)
        #expect(steps10 == ["send 1 0", "send 2 0"])
        pool.arrived(Caller(3, wantsLease: true))
        pool.arrived(Caller(4))
        let steps11 = self.steps(&pool)
        #expect(steps11.isEmpty)
        pool.answered(0, at: .now)
        let steps12 = self.steps(&pool)
        #expect(steps12.isEmpty)
        pool.answered(0, at: .now)
        let steps13 = self.steps(&pool)
        #expect(steps13 == ["lease 3 0"])
        #expect(pool.leasedCount == 1 && pool.sharedCount == 0)
        pool.returned(0)
        let steps14 = self.steps(&pool)
        #expect(steps14 == ["send 4 0"])
    }

    @Test func `a paused connection gets nothing`() {
        var pool = self.machine(1)
        pool.arrived(Caller(1))
        _ = pool.next(at: .now)
        pool.opened(0)
        pool.paused(0, true)
        let steps15 = self.steps(&pool)
        #expect(steps15.isEmpty)
        pool.paused(0, false)
        let steps16 = self.steps(&pool)
        #expect(steps16 == ["send 1 0"])
    }

    @Test func `a failed opening is tried again while somebody waits and does not hold up the others`() {
        var pool = self.machine(2)
        pool.arrived(Caller(1))
        pool.arrived(Caller(2))
        _ = self.steps(&pool)
        pool.opened(0)
        let steps17 = self.steps(&pool)
        #expect(steps17 == ["send 1 0"])
        let retries = pool.openFailed(1, isPermanent: false)
        #expect(retries)
        let steps18 = self.steps(&pool)
        #expect(steps18 == ["send 2 0"])
        let retriesAgain = pool.openFailed(1, isPermanent: false)
        #expect(!retriesAgain)
        #expect(pool.openingCount == 0)
    }

    @Test func `a permanent failure is not tried again`() {
        var pool = self.machine(1)
        pool.arrived(Caller(1))
        _ = self.steps(&pool)
        let drained = pool.drainWaiters()
        #expect(drained.map(\.name) == [1])
        let retries = pool.openFailed(0, isPermanent: true)
        #expect(!retries)
        #expect(pool.openingCount == 0 && pool.waitingCount == 0)
    }

    @Test func `waiters that left are skipped and the last one beyond the bound is refused`() {
        var pool = self.machine(1, depth: 1, waiters: 2)
        let callers = (0...4).map { Caller($0) }
        pool.arrived(callers[0])
        _ = pool.next(at: .now)
        pool.opened(0)
        _ = self.steps(&pool)
        for caller in callers[1...3] { pool.arrived(caller) }
        #expect(pool.isOverfull)
        let refused = pool.refuseLast()
        #expect(refused?.name == 3)
        #expect(!pool.isOverfull)
        callers[1].isLive = false
        pool.left(count: 1)
        pool.arrived(callers[4])
        #expect(!pool.isOverfull)
        pool.answered(0, at: .now)
        let steps19 = self.steps(&pool)
        #expect(steps19 == ["send 2 0"])
    }

    @Test func `who is put first is served first`() {
        var pool = self.machine(1, depth: 1)
        pool.arrived(Caller(1))
        _ = pool.next(at: .now)
        pool.opened(0)
        _ = self.steps(&pool)
        pool.arrived(Caller(2))
        pool.returnedToFront(Caller(3))
        pool.answered(0, at: .now)
        let steps20 = self.steps(&pool)
        #expect(steps20 == ["send 3 0"])
    }

    /// The pool with what its owner would know.
    private struct Simulation {
        var pool: Machine
        var random: SeededGenerator
        var opening: Set<Int> = []
        var outstanding: [Int: Int] = [:]
        var leased: Set<Int> = []
        var waiting: [Caller] = []
        var served: [Int] = []
        var name = 0

        mutating func event() {
            switch self.random.next() % 9 {
            case 0...2:
                self.name += 1
                let caller = Caller(self.name, wantsLease: self.random.next() % 4 == 0)
                self.waiting.append(caller)
                self.pool.arrived(caller)
            case 3: if let slot = self.opening.randomElement(using: &self.random) { self.opened(slot) }
            case 4, 5: self.answer()
            case 6:
                guard let slot = self.leased.randomElement(using: &self.random) else { return }
                self.leased.remove(slot)
                self.outstanding[slot] = 0
                self.pool.returned(slot)
            case 7:
                guard let slot = self.outstanding.keys.randomElement(using: &self.random) else { return }
                self.outstanding[slot] = nil
                self.pool.lost(slot)
            default:
                guard let caller = self.waiting.randomElement(using: &self.random) else { return }
                caller.isLive = false
                self.waiting.removeAll { $0 === caller }
                self.pool.left(count: 1)
            }
        }

        private mutating func opened(_ slot: Int) {
            if self.random.next() % 4 == 0 {
                if !self.pool.openFailed(slot, isPermanent: false) { self.opening.remove(slot) }
            } else {
                self.opening.remove(slot)
                self.outstanding[slot] = 0
                self.pool.opened(slot)
            }
        }

        private mutating func answer() {
            let busy = self.outstanding.filter { $0.value > 0 }.keys.sorted()
            guard let slot = busy.randomElement(using: &self.random) else { return }
            self.outstanding[slot, default: 0] -= 1
            self.pool.answered(slot, at: .now)
        }

        /// Does what the pool wants; returns what is wrong with it.
        mutating func act(_ action: Machine.Action) -> String? {
            switch action {
            case .open(let slot):
                guard !self.opening.contains(slot), self.outstanding[slot] == nil, !self.leased.contains(slot) else {
                    return "opens a used slot"
                }
                self.opening.insert(slot)
            case .send(let caller, let slot):
                guard let count = self.outstanding[slot], count < self.pool.depthMax else { return "sends too deep" }
                self.outstanding[slot] = count + 1
                return self.serve(caller)
            case .lease(let caller, let slot):
                guard self.outstanding[slot] == 0 else { return "leases a busy connection" }
                self.outstanding[slot] = nil
                self.leased.insert(slot)
                return self.serve(caller)
            }
            return nil
        }

        private mutating func serve(_ caller: Caller) -> String? {
            guard self.waiting.first === caller else { return "serves out of order" }
            self.waiting.removeFirst()
            return nil
        }
    }

    @Test(arguments: [1, 2, 3, 0xC0FFEE]) func `callers are served in order and nobody waits beside an idle connection`(
        seed: UInt64
    ) {
        var simulation = Simulation(pool: self.machine(3, depth: 4, waiters: 50), random: SeededGenerator(seed: seed))
        let now = Deadline.now
        for step in 0..<20_000 {
            simulation.event()
            while let action = simulation.pool.next(at: now) {
                if let wrong = simulation.act(action) {
                    Issue.record("seed \(seed), step \(step): \(wrong)")
                    return
                }
            }
            let isIdle = simulation.outstanding.values.contains(0)
            if isIdle && !simulation.waiting.isEmpty || simulation.pool.waitingCount != simulation.waiting.count {
                Issue.record("seed \(seed), step \(step): \(simulation.waiting) wait")
                return
            }
        }
    }
}
