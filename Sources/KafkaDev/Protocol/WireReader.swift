import NIOCore

/// Takes a message apart.
///
/// Whatever the bytes are, it throws or returns; it never allocates more than they justify.
struct WireReader: WireCoder {
    /// How many array elements a whole message may have; an element of one byte can take a hundred in memory.
    static let elementsMax = 100_000

    static let isReading = true
    let version: Int16
    private let isFlexible: Bool
    private var input: ByteBuffer
    private var elementsLeft = Self.elementsMax

    /// A reader of `input` from its reader index on.
    init(_ input: ByteBuffer, version: Int16, isFlexible: Bool) {
        self.input = input
        self.version = version
        self.isFlexible = isFlexible
    }

    /// What has not been read yet.
    var rest: ByteBuffer {
        self.input
    }

    private mutating func integer<Value: FixedWidthInteger>(_ value: inout Value) throws(WireError) {
        guard let read = self.input.readInteger(as: Value.self) else { throw .truncated }
        value = read
    }

    mutating func int8(_ value: inout Int8) throws(WireError) {
        try self.integer(&value)
    }

    mutating func int16(_ value: inout Int16) throws(WireError) {
        try self.integer(&value)
    }

    mutating func int32(_ value: inout Int32) throws(WireError) {
        try self.integer(&value)
    }

    mutating func int64(_ value: inout Int64) throws(WireError) {
        try self.integer(&value)
    }

    /// An unsigned number of seven bits a byte, lowest first, at most 32 bits.
    private mutating func varint() throws(WireError) -> Int {
        var value: UInt32 = 0
        for shift in stride(from: UInt32(0), to: 35, by: 7) {
            guard let byte = self.input.readInteger(as: UInt8.self) else { throw .truncated }
            guard shift < 28 || byte < 16 else { throw .badLength }
            value |= UInt32(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return Int(value) }
        }
        throw .badLength
    }

    /// A length, nil for null; it never exceeds what is left.
    private mutating func length(isShort: Bool) throws(WireError) -> Int? {
        let length: Int
        if self.isFlexible {
            length = try self.varint() - 1
        } else if isShort {
            var value: Int16 = 0
            try self.integer(&value)
            length = Int(value)
        } else {
            var value: Int32 = 0
            try self.integer(&value)
            length = Int(value)
        }
        if length == -1 { return nil }
        guard length >= 0, length <= self.input.readableBytes else { throw .badLength }
        return length
    }

    mutating func nullableString(_ value: inout String?) throws(WireError) {
        guard let length = try self.length(isShort: true) else {
            value = nil
            return
        }
        guard let text = self.input.readString(length: length) else { throw .truncated }
        value = text
    }

    mutating func nullableBytes(_ value: inout ByteBuffer?) throws(WireError) {
        guard let length = try self.length(isShort: false) else {
            value = nil
            return
        }
        guard let slice = self.input.readSlice(length: length) else { throw .truncated }
        value = slice
    }

    mutating func arrayCount(_ count: Int?) throws(WireError) -> Int? {
        guard let count = try self.length(isShort: false) else { return nil }
        guard count <= self.elementsLeft else { throw .tooManyElements }
        self.elementsLeft -= count
        return count
    }

    mutating func tags() throws(WireError) {
        guard self.isFlexible else { return }
        for _ in 0..<(try self.varint()) {
            _ = try self.varint()
            let length = try self.varint()
            guard length <= self.input.readableBytes else { throw .badLength }
            self.input.moveReaderIndex(forwardBy: length)
        }
    }
}
