import Synchronization

/// The twelve bytes by which MongoDB names a document.
public struct BSONObjectID: Sendable, Hashable {
    /// Bytes 0 to 7, the first one in the highest place.
    private let high: UInt64
    /// Bytes 8 to 11.
    private let low: UInt32

    /// The object id with these bytes; nil unless there are twelve.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 12 else { return nil }
        self.high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        self.low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The object id with these 24 hexadecimal digits; nil for anything else.
    public init?(hex: String) {
        let digits = hex.compactMap(\.hexDigitValue)
        guard hex.utf8.count == 24, digits.count == 24 else { return nil }
        let pairs = stride(from: 0, to: 24, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        self.init(bytes: pairs)
    }

    /// The twelve bytes.
    public var bytes: [UInt8] {
        let high = (0..<8).map { UInt8(truncatingIfNeeded: self.high >> (56 - 8 * UInt64($0))) }
        let low = (0..<4).map { UInt8(truncatingIfNeeded: self.low >> (24 - 8 * UInt32($0))) }
        return high + low
    }
}

extension BSONObjectID: CustomStringConvertible {
    /// 24 lower-case hexadecimal digits.
    public var description: String {
        let digits = Array("0123456789abcdef".unicodeScalars)
        var text = ""
        for byte in self.bytes {
            text.unicodeScalars.append(digits[Int(byte >> 4)])
            text.unicodeScalars.append(digits[Int(byte & 15)])
        }
        return text
    }
}

extension BSONObjectID {
    private static let processBytes = UInt64.random(in: 0..<(1 << 40))
    private static let counter = Atomic<UInt32>(.random(in: 0..<(1 << 24)))

    /// A new object id: the time in seconds, five random bytes of this process, and a counter.
    ///
    /// - Parameter secondsSince1970: the time to put in front.
    /// - Returns: an id that no other call returns.
    public static func generate(secondsSince1970: UInt32) -> BSONObjectID {
        let count = self.counter.wrappingAdd(1, ordering: .relaxed).newValue & 0xFF_FFFF
        let random = self.processBytes
        return BSONObjectID(
            high: UInt64(secondsSince1970) << 32 | random >> 8,
            low: UInt32(truncatingIfNeeded: random & 0xFF) << 24 | count
        )
    }

    private init(high: UInt64, low: UInt32) {
        self.high = high
        self.low = low
    }
}
