/// The twelve bytes by which MongoDB names a document.
///
/// Ids are ordered as the server orders them: by their bytes, and so roughly by the time of their making.
public struct BSONObjectID: Sendable, Hashable {
    /// Bytes 0 to 7, the first one in the highest place.
    @usableFromInline
    let high: UInt64
    /// Bytes 8 to 11.
    @usableFromInline
    let low: UInt32

    @usableFromInline
    init(high: UInt64, low: UInt32) {
        self.high = high
        self.low = low
    }

    /// The object id with these bytes; nil unless there are twelve.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 12 else { return nil }
        self.high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        self.low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The object id with these 24 hexadecimal digits, of either case; nil for anything else.
    public init?(hex: String) {
        guard hex.utf8.count == 24 else { return nil }
        var bytes: [UInt8] = []
        for (index, digit) in hex.utf8.enumerated() {
            guard let value = Self.value(ofDigit: digit) else { return nil }
            if index.isMultiple(of: 2) {
                bytes.append(value << 4)
            } else {
                bytes[index / 2] |= value
            }
        }
        self.init(bytes: bytes)
    }

    private static func value(ofDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The twelve bytes.
    public var bytes: [UInt8] {
        let high = (0..<8).map { UInt8(truncatingIfNeeded: self.high >> (56 - 8 * UInt64($0))) }
        let low = (0..<4).map { UInt8(truncatingIfNeeded: self.low >> (24 - 8 * UInt32($0))) }
        return high + low
    }

    /// When the id was made, if it was made as the specification says.
    public var secondsSince1970: UInt32 {
        UInt32(truncatingIfNeeded: self.high >> 32)
    }
}

extension BSONObjectID: Comparable {
    /// Whether the bytes of `left` come first.
    public static func < (left: BSONObjectID, right: BSONObjectID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension BSONObjectID: CustomStringConvertible {
    /// 24 lower-case hexadecimal digits.
    public var description: String {
        String(unsafeUninitializedCapacity: 24) { buffer in
            for (index, byte) in self.bytes.enumerated() {
                buffer[2 * index] = Self.digit(byte >> 4)
                buffer[2 * index + 1] = Self.digit(byte & 15)
            }
            return 24
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
