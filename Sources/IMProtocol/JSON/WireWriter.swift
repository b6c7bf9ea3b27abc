/// Appends fields in protobuf's binary form.
struct WireWriter {
    /// What has been written so far.
    private(set) var bytes: [UInt8] = []

    /// Appends a number in the form of `type`; the number of the field comes before it.
    mutating func write(_ number: Int, _ type: WireType, _ value: UInt64) {
        self.varint(UInt64(number) << 3 | type.rawValue)
        self.writeBare(type, value)
    }

    /// Appends bytes with their length; the number of the field comes before them.
    mutating func write(_ number: Int, _ content: some Collection<UInt8>) {
        self.varint(UInt64(number) << 3 | WireType.lengthDelimited.rawValue)
        self.varint(UInt64(content.count))
        self.bytes.append(contentsOf: content)
    }

    /// Appends a number without its field, as packed lists hold them.
    mutating func writeBare(_ type: WireType, _ value: UInt64) {
        switch type {
        case .fixed64: self.fixed(value, bytes: 8)
        case .fixed32: self.fixed(value, bytes: 4)
        default: self.varint(value)
        }
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            self.bytes.append(UInt8(rest & 0x7F | 0x80))
            rest >>= 7
        }
        self.bytes.append(UInt8(rest))
    }

    private mutating func fixed(_ value: UInt64, bytes count: Int) {
        for index in 0..<count {
            self.bytes.append(UInt8(value >> UInt64(8 * index) & 0xFF))
        }
    }
}
