import ServerRuntime
import Testing

@Suite struct WallClockTests {
    @Test func `a clock answers what it was given`() {
        let clock = WallClock { 1_700_000_000_999 }
        #expect(clock.milliseconds == 1_700_000_000_999)
        #expect(clock.seconds == 1_700_000_000)
    }

    @Test func `the system's clock shows a time after this was written and goes on`() {
        let first = WallClock.system.milliseconds
        let second = WallClock.system.milliseconds
        #expect(first > 1_760_000_000_000)
        #expect(second >= first)
    }
}
