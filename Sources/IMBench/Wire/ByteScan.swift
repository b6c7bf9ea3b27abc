/// Reads numbers and fields of gob and protobuf from bytes in place.
///
/// Written for the one form that the load generator waits for; every read is checked against the end.
struct ByteScan {
    /// The bytes are not what they should be.
    struct Malformed: Error {}

    let bytes: UnsafeRawBufferPointer
    private(set) var position: Int
    let end: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        self.position = 0
        self.end = bytes.count
    }

    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        self.position = range.lowerBound
        self.end = min(range.upperBound, bytes.count)
    }

    var isAtEnd: Bool { self.position >= self.end }

    /// A gob unsigned integer.
    mutating func gobUInt() throws(Malformed) -> UInt64 {
        let first = try self.byte()
        guard first >= 128 else { return UInt64(first) }
        var value: UInt64 = 0
        let count = 256 - Int(first)
        guard count <= 8 else { throw Malformed() }
        for _ in 0..<count { value = value << 8 | UInt64(try self.byte()) }
        return value
    }

    /// A gob signed integer.
    mutating func gobInt() throws(Malformed) -> Int64 {
        let bits = try self.gobUInt()
        let half = Int64(bitPattern: bits >> 1)
        return bits & 1 == 0 ? half : ~half
    }

    /// The range of a gob string, byte slice or segment.
    mutating func gobBytes() throws(Malformed) -> Range<Int> {
        try self.take(try self.gobUInt())
    }

    /// A protobuf varint.
    mutating func varint() throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let byte = try self.byte()
            value |= UInt64(byte & 0x7F) << shift
            if byte < 128 { return value }
            shift += 7
        }
        throw Malformed()
    }

    /// The range of a length-delimited protobuf value.
    mutating func delimited() throws(Malformed) -> Range<Int> {
        try self.take(try self.varint())
    }

    /// Passes over a protobuf value.
    mutating func skip(wireType: UInt64) throws(Malformed) {
        switch wireType {
        case 0: _ = try self.varint()
        case 1: _ = try self.take(8)
        case 2: _ = try self.delimited()
        case 5: _ = try self.take(4)
        default: throw Malformed()
        }
    }

    func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self.bytes[range])
    }

    private mutating func take(_ length: UInt64) throws(Malformed) -> Range<Int> {
        guard let count = Int(exactly: length), count <= self.end - self.position else { throw Malformed() }
        defer { self.position += count }
        return self.position..<self.position + count
    }

    private mutating func byte() throws(Malformed) -> UInt8 {
        guard self.position < self.end else { throw Malformed() }
        defer { self.position += 1 }
        return self.bytes[self.position]
    }
}
