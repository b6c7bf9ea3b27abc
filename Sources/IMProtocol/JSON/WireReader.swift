/// How a value is written in protobuf's binary form.
enum WireType: UInt64, Sendable {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case startGroup = 3
    case endGroup = 4
    case fixed32 = 5
}

/// One value of one field as it stands in the binary form.
struct WireField {
    var number: Int
    var type: WireType
    /// The number itself, unless the value has a length.
    var value: UInt64 = 0
    /// Where the value lies, if it has a length.
    var range: Range<Int> = 0..<0
}

/// Steps through the fields of a message in protobuf's binary form.
struct WireReader {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int

    /// Reads the message that lies in `range`, which is within `bytes`.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        self.position = range.lowerBound
        self.end = range.upperBound
    }

    private static let malformed = JSONMappingError(
        path: "",
        expected: "a message in binary form",
        found: "bytes that are none"
    )

    /// The next field; nil at the end.
    ///
    /// Groups, which no message here has, come as their markers with what they hold.
    mutating func next() throws(JSONMappingError) -> WireField? {
        guard self.position < self.end else { return nil }
        let tag = try self.varint()
        guard let type = WireType(rawValue: tag & 7), tag >> 3 <= 0x1FFF_FFFF else { throw Self.malformed }
        var field = WireField(number: Int(tag >> 3), type: type)
        switch type {
        case .varint: field.value = try self.varint()
        case .fixed64: field.value = try self.fixed(bytes: 8)
        case .fixed32: field.value = try self.fixed(bytes: 4)
        case .lengthDelimited:
            let length = try self.varint()
            guard length <= UInt64(self.end - self.position) else { throw Self.malformed }
            field.range = self.position..<self.position + Int(length)
            self.position = field.range.upperBound
        case .startGroup, .endGroup: break
        }
        return field
    }

    /// The next value of a packed list; nil at the end.
    mutating func nextPacked(_ type: WireType) throws(JSONMappingError) -> UInt64? {
        guard self.position < self.end else { return nil }
        switch type {
        case .fixed64: return try self.fixed(bytes: 8)
        case .fixed32: return try self.fixed(bytes: 4)
        default: return try self.varint()
        }
    }

    private mutating func varint() throws(JSONMappingError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard self.position < self.end else { throw Self.malformed }
            let byte = self.bytes[self.position]
            self.position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw Self.malformed
    }

    private mutating func fixed(bytes count: Int) throws(JSONMappingError) -> UInt64 {
        guard self.end - self.position >= count else { throw Self.malformed }
        var value: UInt64 = 0
        for index in 0..<count {
            value |= UInt64(self.bytes[self.position + index]) << UInt64(8 * index)
        }
        self.position += count
        return value
    }
}
