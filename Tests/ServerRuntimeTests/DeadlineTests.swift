import ServerRuntime
import Testing

@Suite struct DeadlineTests {
    @Test func `a deadline ahead has time left and one behind has none`() {
        let ahead = Deadline.after(.seconds(60))
        #expect(!ahead.hasPassed)
        #expect(ahead.remaining > .seconds(50))
        #expect(ahead.remaining <= .seconds(60))
        let behind = Deadline.after(.seconds(-1))
        #expect(behind.hasPassed)
        #expect(behind.remaining == .zero)
        #expect(behind.remainingMilliseconds == 0)
    }

    @Test func `the rest of a deadline is rounded up so that a C call never gets a zero too early`() {
        let deadline = Deadline.after(.seconds(3600))
        #expect(deadline.remainingMilliseconds > 3_590_000)
        #expect(deadline.remainingMilliseconds <= 3_600_000)
    }

    @Test func `deadlines order by their instants`() {
        let instant = ContinuousClock.now
        let early = Deadline(instant)
        let late = Deadline(instant.advanced(by: .nanoseconds(1)))
        #expect(early < late)
        #expect(early == Deadline(instant))
        #expect(min(late, early) == early)
    }

    @Test(arguments: [
        (Duration.zero, Int32(0)), (.milliseconds(1), 1), (.microseconds(1), 1), (.nanoseconds(1), 1),
        (.microseconds(1001), 2), (.seconds(2), 2000), (.seconds(-5), 0), (.seconds(Int64.max / 2), .max),
        (.milliseconds(Int64(Int32.max)), .max), (.milliseconds(Int64(Int32.max) + 1), .max),
    ])
    func `a duration becomes milliseconds within the range of a C int`(duration: Duration, expected: Int32) {
        #expect(duration.milliseconds(rounding: .up) == expected)
    }

    @Test func `milliseconds are rounded to the nearest one unless asked otherwise`() {
        #expect(Duration.microseconds(1499).milliseconds() == 1)
        #expect(Duration.microseconds(1500).milliseconds() == 2)
        #expect(Duration.microseconds(1999).milliseconds(rounding: .down) == 1)
    }
}
