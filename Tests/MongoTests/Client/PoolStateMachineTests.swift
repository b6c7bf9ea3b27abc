import ServerRuntime
import TestKit
import Testing

@testable import Mongo

@Suite struct PoolStateMachineTests {
    private typealias Machine = PoolStateMachine<UInt64>

    private static func deadline(_ seconds: Int) -> Deadline {
        Deadline(ContinuousClock().systemEpoch.advanced(by: .seconds(seconds)))
    }

    @Test func `waiters get clients in order of arrival and leave the line when they give up`() {
        var machine = Machine(slotsMax: 1, waitersMax: 3)
        let far = Self.deadline(1_000)
        #expect(machine.submit(1, id: 1, deadline: far) == .granted(slot: 0))
        for id in UInt64(2)...4 {
            #expect(machine.submit(id, id: id, deadline: far) == .waiting)
        }
        #expect(machine.submit(5, id: 5, deadline: far) == .full)
        #expect(machine.giveUp(3) == 3)
        #expect(machine.giveUp(3) == nil)
        #expect(machine.release(0) == 2)
        #expect(machine.release(0) == 4)
        #expect(machine.release(0) == nil)
        #expect(machine.usedCount == 0)
    }

    @Test func `waiters leave at their deadline`() {
        var machine = Machine(slotsMax: 1, waitersMax: 3)
        _ = machine.submit(1, id: 1, deadline: Self.deadline(1))
        _ = machine.submit(2, id: 2, deadline: Self.deadline(20))
        _ = machine.submit(3, id: 3, deadline: Self.deadline(10))
        #expect(machine.earliestDeadline == Self.deadline(10))
        #expect(machine.expire(now: Self.deadline(10)) == [3])
        #expect(machine.earliestDeadline == Self.deadline(20))
        #expect(machine.release(0) == 2)
        #expect(machine.earliestDeadline == nil)
    }

    @Test func `a closed pool takes no calls and lets those that wait go`() {
        var machine = Machine(slotsMax: 1, waitersMax: 3)
        _ = machine.submit(1, id: 1, deadline: Self.deadline(1))
        _ = machine.submit(2, id: 2, deadline: Self.deadline(1))
        #expect(machine.close() == [2])
        #expect(machine.submit(3, id: 3, deadline: Self.deadline(1)) == .closed)
        #expect(machine.release(0) == nil)
        #expect(machine.usedCount == 0)
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `the pool agrees with a naive model`(seed: Seed) {
        var random = seed.generator()
        var machine = Machine(slotsMax: 3, waitersMax: 10)
        var free = 3
        var held: [Int] = []
        var line: [(id: UInt64, deadline: Int)] = []
        var (time, lastID) = (0, UInt64(0))
        for step in 0..<5_000 {
            time += 1
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                lastID += 1
                let deadline = time + Int.random(in: 1..<60, using: &random)
                switch machine.submit(lastID, id: lastID, deadline: Self.deadline(deadline)) {
                case .granted(let slot):
                    #expect(free > 0 && !held.contains(slot), "\(seed), step \(step)")
                    free -= 1
                    held.append(slot)
                case .waiting:
                    #expect(free == 0 && line.count < 10, "\(seed), step \(step)")
                    line.append((lastID, deadline))
                case .full: #expect(line.count == 10, "\(seed), step \(step)")
                case .closed: Issue.record("\(seed), step \(step)")
                }
            case 5..<8:
                guard let slot = held.randomElement(using: &random) else { continue }
                let next = machine.release(slot)
                #expect(next == line.first?.id, "\(seed), step \(step)")
                if line.isEmpty {
                    held.removeAll { $0 == slot }
                    free += 1
                } else {
                    line.removeFirst()
                }
            case 8:
                guard let id = line.randomElement(using: &random)?.id else { continue }
                #expect(machine.giveUp(id) == id, "\(seed), step \(step)")
                line.removeAll { $0.id == id }
            default:
                let late = line.filter { $0.deadline <= time }.map(\.id)
                #expect(machine.expire(now: Self.deadline(time)).sorted() == late, "\(seed), step \(step)")
                line.removeAll { $0.deadline <= time }
            }
            #expect(machine.waitingCount == line.count && machine.usedCount == held.count, "\(seed), step \(step)")
        }
    }
}
