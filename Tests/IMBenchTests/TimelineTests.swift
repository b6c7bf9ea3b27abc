import Testing

@testable import IMBench

@Suite struct TimelineTests {
    @Test func `the longest time without an event is found`() {
        var timeline = Timeline(start: 1_000_000)
        for instant in stride(from: 1_000_000, to: 3_000_000, by: 5_000) { timeline.mark(Int64(instant)) }
        for instant in stride(from: 5_500_000, to: 6_000_000, by: 5_000) { timeline.mark(Int64(instant)) }
        #expect(timeline.gaps(atLeast: 1, until: 6_000_000) == [Timeline.Gap(begin: 3_000_000, end: 5_500_000)])
        #expect(timeline.longestGap(until: 6_000_000) == 2.5)
    }

    @Test func `a stall that lasts to the end counts`() {
        var timeline = Timeline(start: 0)
        timeline.mark(0)
        #expect(timeline.longestGap(until: 4_000_000) == 3.99)
    }

    @Test func `without any event the whole time is a gap`() {
        #expect(Timeline(start: 0).longestGap(until: 2_000_000) == 2)
    }

    @Test func `events outside are not noted`() {
        var timeline = Timeline(start: 0)
        timeline.mark(-1)
        timeline.mark(.max / 2)
        #expect(timeline.gaps(atLeast: 0.5, until: 1_000_000).count == 1)
    }
}
