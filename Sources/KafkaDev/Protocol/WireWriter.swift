import NIOCore

/// Puts a message together.
struct WireWriter: WireCoder {
    static let isReading = false
    let version: Int16
    private let isFlexible: Bool
    /// What has been written so far.
    private(set) var output: ByteBuffer

    /// A writer that appends to `output`.
    init(_ output: ByteBuffer, version: Int16, isFlexible: Bool) {
        self.output = output
        self.version = version
        self.isFlexible = isFlexible
    }

    mutating func int8(_ value: inout Int8) {
        self.output.writeInteger(value)
    }

    mutating func int16(_ value: inout Int16) {
        self.output.writeInteger(value)
    }

    mutating func int32(_ value: inout Int32) {
        self.output.writeInteger(value)
    }

    mutating func int64(_ value: inout Int64) {
        self.output.writeInteger(value)
    }

    private mutating func varint(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            self.output.writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.output.writeInteger(UInt8(rest))
    }

    private mutating func length(_ length: Int?, isShort: Bool) throws(WireError) {
        let value = length ?? -1
        if self.isFlexible {
            guard let number = UInt32(exactly: value + 1) else { throw .tooLong }
            self.varint(number)
        } else if isShort {
            guard let number = Int16(exactly: value) else { throw .tooLong }
            self.output.writeInteger(number)
        } else {
            guard let number = Int32(exactly: value) else { throw .tooLong }
            self.output.writeInteger(number)
        }
    }

    mutating func nullableString(_ value: inout String?) throws(WireError) {
        try self.length(value?.utf8.count, isShort: true)
        if let value { self.output.writeString(value) }
    }

    mutating func nullableBytes(_ value: inout ByteBuffer?) throws(WireError) {
        try self.length(value?.readableBytes, isShort: false)
        if let value { self.output.writeImmutableBuffer(value) }
    }

    mutating func arrayCount(_ count: Int?) throws(WireError) -> Int? {
        try self.length(count, isShort: false)
        return count
    }

    mutating func tags() {
        if self.isFlexible { self.varint(0) }
    }
}
