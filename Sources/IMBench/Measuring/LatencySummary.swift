/// What is printed of a histogram, in milliseconds.
struct LatencySummary: Sendable, Codable, Equatable {
    var count: UInt64
    var p50: Double
    var p90: Double
    var p99: Double
    var p999: Double
    var max: Double

    init(_ histogram: LatencyHistogram) {
        func milliseconds(_ percent: Double) -> Double { Double(histogram.percentile(percent)) / 1000 }
        self.count = histogram.count
        self.p50 = milliseconds(50)
        self.p90 = milliseconds(90)
        self.p99 = milliseconds(99)
        self.p999 = milliseconds(99.9)
        self.max = Double(histogram.max) / 1000
    }
}
