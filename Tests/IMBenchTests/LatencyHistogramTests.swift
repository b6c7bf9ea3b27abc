import Testing

@testable import IMBench

@Suite struct LatencyHistogramTests {
    @Test func `values below 128 microseconds are exact`() {
        var histogram = LatencyHistogram()
        for value in 0..<128 { histogram.record(Int64(value)) }
        #expect(histogram.count == 128)
        #expect(histogram.percentile(50) == 63)
        #expect(histogram.percentile(100) == 127)
        #expect(histogram.percentile(0) == 0)
    }

    @Test(arguments: [128, 129, 255, 256, 1_000, 65_535, 1_000_000, 59_999_999, 1 << 39] as [Int64])
    func `a value is told at most one part in 64 too high, and never too low`(value: Int64) {
        var histogram = LatencyHistogram()
        histogram.record(value)
        histogram.record(value * 4)
        let told = histogram.percentile(50)
        #expect(told >= value)
        #expect(told <= value + value / 64)
    }

    @Test func `percentiles agree with sorted values`() {
        var histogram = LatencyHistogram()
        var values: [Int64] = []
        var state: UInt64 = 88_172_645_463_325_252
        for _ in 0..<20_000 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            let value = Int64(state % 5_000_000)
            values.append(value)
            histogram.record(value)
        }
        values.sort()
        for percent in [1, 10, 50, 90, 99, 99.9] {
            let exact = values[Int((percent / 100 * Double(values.count)).rounded(.up)) - 1]
            let told = histogram.percentile(percent)
            #expect(told >= exact && told <= exact + exact / 64 + 1, "\(percent) %")
        }
        #expect(histogram.max == values.last)
    }

    @Test func `values outside the range count as its ends`() {
        var histogram = LatencyHistogram()
        histogram.record(-5)
        histogram.record(.max)
        #expect(histogram.count == 2)
        #expect(histogram.percentile(50) == 0)
        #expect(histogram.max == 1 << 40 - 1)
    }

    @Test func `merged histograms hold the values of both`() {
        var low = LatencyHistogram()
        var high = LatencyHistogram()
        var both = LatencyHistogram()
        for value in 1...500 as ClosedRange<Int64> {
            low.record(value)
            both.record(value)
            high.record(value * 1_000)
            both.record(value * 1_000)
        }
        low.merge(high)
        #expect(low == both)
    }

    @Test func `of nothing every number is 0`() {
        let histogram = LatencyHistogram()
        #expect(histogram.percentile(99) == 0)
        #expect(histogram.max == 0)
    }
}
