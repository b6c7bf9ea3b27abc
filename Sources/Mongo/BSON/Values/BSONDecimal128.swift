/// The sixteen bytes of an IEEE 754 decimal number, which this driver carries but does not calculate with.
public struct BSONDecimal128: Sendable, Hashable {
    /// The lower 64 bits.
    public let low: UInt64
    /// The upper 64 bits, with the sign in the highest one.
    public let high: UInt64

    /// The number with these bits.
    public init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }
}
