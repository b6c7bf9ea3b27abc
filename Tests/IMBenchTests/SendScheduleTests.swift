import Testing

@testable import IMBench

@Suite struct SendScheduleTests {
    @Test func `messages are due at even distances from the start`() {
        var schedule = SendSchedule(start: 1_000, rate: 1_000)
        #expect(schedule.take(by: 999) == nil)
        #expect(schedule.take(by: 1_000) == 1_000)
        #expect(schedule.take(by: 1_999) == nil)
        #expect(schedule.take(by: 2_500) == 2_000)
        #expect(schedule.nextDue == 3_000)
    }

    @Test func `what a stall held up keeps the time at which it was due`() {
        var schedule = SendSchedule(start: 0, rate: 100)
        #expect(schedule.take(by: 0) == 0)
        // A second passes before the next look.
        var due: [Int64] = []
        while let next = schedule.take(by: 1_000_000) { due.append(next) }
        #expect(due.first == 10_000)
        #expect(due.count == 100)
        #expect(zip(due, due.dropFirst()).allSatisfy { $1 - $0 == 10_000 })
    }

    @Test func `rounding does not add up`() {
        var schedule = SendSchedule(start: 0, rate: 3_000)
        var count = 0
        while schedule.take(by: 60_000_000 - 1) != nil { count += 1 }
        #expect(count == 180_000)
    }
}
