import Testing

@testable import Mongo

@Suite struct ThreadScheduleTests {
    private typealias Schedule = ThreadSchedule<Int>

    private func job(_ next: Schedule.Next) -> Int? {
        guard case .run(let job) = next else { return nil }
        return job
    }

    @Test func `nothing starts before work may begin, then as many threads as there are jobs`() {
        var schedule = Schedule()
        #expect(schedule.add(1) == .none)
        #expect(schedule.add(2) == .none)
        #expect(schedule.open(threadsMax: 8) == [0, 1])
        #expect(self.job(schedule.next(for: 0)) == 1)
        #expect(self.job(schedule.next(for: 1)) == 2)
    }

    @Test func `threads are started up to the bound and the last to sleep is woken first`() {
        var schedule = Schedule()
        _ = schedule.open(threadsMax: 2)
        #expect(schedule.add(1) == .start(thread: 0))
        #expect(schedule.add(2) == .start(thread: 1))
        #expect(schedule.add(3) == .none)
        #expect(self.job(schedule.next(for: 0)) == 1)
        #expect(self.job(schedule.next(for: 1)) == 2)
        #expect(self.job(schedule.next(for: 1)) == 3)
        guard case .sleep = schedule.next(for: 0), case .sleep = schedule.next(for: 1) else {
            Issue.record("a thread without work is awake")
            return
        }
        #expect(schedule.add(4) == .wake(thread: 1))
        #expect(schedule.add(5) == .wake(thread: 0))
    }

    @Test func `closed threads finish the jobs and end`() {
        var schedule = Schedule()
        _ = schedule.open(threadsMax: 1)
        _ = schedule.add(1)
        #expect(schedule.close() == [])
        #expect(self.job(schedule.next(for: 0)) == 1)
        guard case .end = schedule.next(for: 0) else {
            Issue.record("a thread goes on after the end")
            return
        }
        #expect(schedule.liveCount == 0)
    }

    @Test func `jobs that no thread will do come back when the system has none`() {
        var schedule = Schedule()
        _ = schedule.open(threadsMax: 1)
        #expect(schedule.add(1) == .start(thread: 0))
        #expect(schedule.startFailed() == [1])
        #expect(schedule.liveCount == 0)
    }

    @Test func `a queue keeps its order while elements leave from its middle`() {
        var queue = FIFO<Int>()
        for number in 0..<100 {
            queue.append(number)
        }
        #expect((0..<40).map { _ in queue.popFirst() } == (0..<40).map { $0 })
        #expect(queue.remove { $0 % 2 == 0 } == stride(from: 40, to: 100, by: 2).map { $0 })
        queue.append(7)
        #expect(queue.all == stride(from: 41, to: 100, by: 2).map { $0 } + [7])
        #expect(queue.count == 31)
    }
}
