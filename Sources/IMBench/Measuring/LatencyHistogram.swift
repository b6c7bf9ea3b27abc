/// Counts of durations in buckets whose width grows with the value, as in an HDR histogram.
///
/// Whole microseconds: exact below 128, above within 1/64 of the value, up to 2^40 µs (12 days); what is longer
/// counts as that. The memory is fixed (18 KB), and a value is recorded without allocation.
struct LatencyHistogram: Sendable, Equatable {
    /// Buckets of a doubling, as a power of two.
    private static let precision = 6
    /// Values of more bits than this are taken for the greatest that fits.
    private static let bitsMax = 40
    private static let valueMax: Int64 = 1 << Int64(bitsMax) - 1
    private static let bucketCount = (bitsMax - precision + 1) << precision

    private var buckets = [UInt64](repeating: 0, count: bucketCount)
    /// The number of recorded values.
    private(set) var count: UInt64 = 0
    /// The greatest recorded value in microseconds, exact; 0 of nothing.
    private(set) var max: Int64 = 0

    /// Adds a value in microseconds; a negative one counts as 0.
    mutating func record(_ microseconds: Int64) {
        let value = Swift.min(Swift.max(microseconds, 0), Self.valueMax)
        self.buckets[Self.index(of: value)] &+= 1
        self.count &+= 1
        if value > self.max { self.max = value }
    }

    /// Adds what another histogram has counted.
    mutating func merge(_ other: LatencyHistogram) {
        for index in self.buckets.indices { self.buckets[index] &+= other.buckets[index] }
        self.count &+= other.count
        self.max = Swift.max(self.max, other.max)
    }

    /// The value in microseconds at or below which `percent` of the recorded values are, at most 1/64 too high.
    ///
    /// - Returns: 0 of nothing.
    func percentile(_ percent: Double) -> Int64 {
        guard self.count > 0 else { return 0 }
        let share = (Swift.min(Swift.max(percent, 0), 100) / 100 * Double(self.count)).rounded(.up)
        let rank = Swift.max(1, UInt64(share))
        var passed: UInt64 = 0
        for (index, count) in self.buckets.enumerated() {
            passed += count
            if passed >= rank { return Swift.min(Self.upperBound(of: index), self.max) }
        }
        return self.max
    }

    /// The bucket of a value within `0...valueMax`.
    private static func index(of value: Int64) -> Int {
        let bits = Int64.bitWidth - value.leadingZeroBitCount
        let shift = Swift.max(0, bits - self.precision - 1)
        return shift << self.precision + Int(value >> Int64(shift))
    }

    /// The greatest value of a bucket.
    private static func upperBound(of index: Int) -> Int64 {
        let shift = Swift.max(0, index >> self.precision - 1)
        let position = Int64(index - shift << self.precision)
        return (position + 1) << Int64(shift) - 1
    }
}
