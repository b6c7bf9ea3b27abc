/// Reads gob primitives from bytes that came from outside; every read is checked against the end.
struct GobReader {
    private let bytes: UnsafeRawBufferPointer
    /// The position of the next byte.
    private(set) var position: Int
    /// The position after the last byte.
    let end: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(bytes, 0..<bytes.count)
    }

    private init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        self.position = range.lowerBound
        self.end = range.upperBound
    }

    var isAtEnd: Bool { self.position >= self.end }

    var remaining: Int { self.end - self.position }

    mutating func readUInt() throws(EnvelopeError) -> UInt64 {
        let first = try self.readByte()
        guard first >= 128 else { return UInt64(first) }
        let count = 256 - Int(first)
        guard count <= 8 else { throw EnvelopeError(.malformed, "an integer of \(count) bytes") }
        guard count <= self.remaining else { throw EnvelopeError(.truncated, "an integer beyond the end") }
        var value: UInt64 = 0
        for index in self.position..<self.position + count {
            value = value << 8 | UInt64(self.bytes[index])
        }
        self.position += count
        return value
    }

    mutating func readInt() throws(EnvelopeError) -> Int64 {
        let bits = try self.readUInt()
        let half = Int64(bitPattern: bits >> 1)
        return bits & 1 == 0 ? half : ~half
    }

    mutating func readInt32() throws(EnvelopeError) -> Int32 {
        guard let value = Int32(exactly: try self.readInt()) else {
            throw EnvelopeError(.outOfRange, "an integer of more than 32 bits")
        }
        return value
    }

    /// A length that does not reach beyond the end.
    mutating func readCount() throws(EnvelopeError) -> Int {
        guard let count = Int(exactly: try self.readUInt()), count <= self.remaining else {
            throw EnvelopeError(.truncated, "a length beyond the end")
        }
        return count
    }

    /// The bytes of a string or byte slice; valid as long as the buffer that is read.
    mutating func readBytes() throws(EnvelopeError) -> UnsafeRawBufferPointer {
        let count = try self.readCount()
        let slice = UnsafeRawBufferPointer(rebasing: self.bytes[self.position..<self.position + count])
        self.position += count
        return slice
    }

    mutating func readString() throws(EnvelopeError) -> String {
        String(decoding: try self.readBytes(), as: UTF8.self)
    }

    /// A reader of the next segment, which this reader then has behind it.
    mutating func readSegment() throws(EnvelopeError) -> GobReader {
        let count = try self.readCount()
        let segment = GobReader(self.bytes, self.position..<self.position + count)
        self.position += count
        return segment
    }

    /// Passes over a value of predefined type `kind`.
    mutating func skip(kind: Int64) throws(EnvelopeError) {
        switch kind {
        case Gob.Kind.bool, Gob.Kind.int, Gob.Kind.uint, Gob.Kind.float:
            _ = try self.readUInt()
        case Gob.Kind.bytes, Gob.Kind.string:
            _ = try self.readBytes()
        default:
            throw EnvelopeError(.unsupported, "a field of type \(kind)")
        }
    }

    func rest() -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self.bytes[self.position..<self.end])
    }

    private mutating func readByte() throws(EnvelopeError) -> UInt8 {
        guard self.position < self.end else { throw EnvelopeError(.truncated, "the end of the segment") }
        defer { self.position += 1 }
        return self.bytes[self.position]
    }
}
