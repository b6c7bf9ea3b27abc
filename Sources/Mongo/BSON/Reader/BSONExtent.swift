/// The bytes of a document, and how far an element in them reaches.
///
/// Offsets never pass `end`, so sums of them do not overflow.
struct BSONExtent {
    /// The first byte of the outermost document; offsets count from here.
    let root: UnsafeRawPointer
    /// Where the zero byte at the end of the document is.
    let end: Int

    /// Where the value that begins at `start` ends.
    @inline(__always)
    func valueEnd(_ type: BSONType, from start: Int) throws(BSONDamage) -> Int {
        let count: Int
        switch type {
        case .string, .javaScript, .symbol: return try self.stringEnd(from: start)
        case .int32: count = 4
        case .int64, .double, .dateTime, .timestamp: count = 8
        case .bool:
            guard start < self.end else { throw .truncated }
            guard self.byte(start) <= 1 else { throw .boolValue }
            return start &+ 1
        case .null, .undefined, .minKey, .maxKey: count = 0
        case .objectID: count = 12
        case .decimal128: count = 16
        case .document, .array: return try self.documentEnd(from: start)
        case .binary: return try self.binaryEnd(from: start)
        case .regex: return try self.zero(from: try self.zero(from: start) &+ 1) &+ 1
        case .dbPointer:
            let idStart = try self.stringEnd(from: start)
            guard self.end &- idStart >= 12 else { throw .truncated }
            return idStart &+ 12
        case .javaScriptWithScope: return try self.codeEnd(from: start)
        }
        guard self.end &- start >= count else { throw .truncated }
        return start &+ count
    }

    /// The offset of the first zero byte from `start` on, within the document.
    @inline(__always)
    func zero(from start: Int) throws(BSONDamage) -> Int {
        var index = start
        // Eight bytes at a time; the zero byte at `end` may be read too.
        while index &+ 7 <= self.end {
            let word = UInt64(littleEndian: self.load(index))
            let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
            guard zeros == 0 else {
                index &+= zeros.trailingZeroBitCount >> 3
                guard index < self.end else { throw .keyEnd }
                return index
            }
            index &+= 8
        }
        while index < self.end {
            guard self.byte(index) != 0 else { return index }
            index &+= 1
        }
        throw .keyEnd
    }

    @inline(__always)
    func stringEnd(from start: Int) throws(BSONDamage) -> Int {
        guard self.end &- start >= 5 else { throw .truncated }
        let count = self.int32(at: start)
        guard count >= 1, count <= self.end &- start &- 4 else { throw .stringLength }
        guard self.byte(start &+ 3 &+ count) == 0 else { throw .stringEnd }
        return start &+ 4 &+ count
    }

    func documentEnd(from start: Int) throws(BSONDamage) -> Int {
        guard self.end &- start >= 5 else { throw .truncated }
        let count = self.int32(at: start)
        guard count >= 5, count <= self.end &- start else { throw .documentLength }
        guard self.byte(start &+ count &- 1) == 0 else { throw .documentEnd }
        return start &+ count
    }

    /// The old subtype 2 has its length a second time in front of the content.
    private func binaryEnd(from start: Int) throws(BSONDamage) -> Int {
        guard self.end &- start >= 5 else { throw .truncated }
        let count = self.int32(at: start)
        guard count >= 0, count <= self.end &- start &- 5 else { throw .binaryLength }
        if self.byte(start &+ 4) == BSONBuilder.oldBinarySubtype {
            guard count >= 4, self.int32(at: start &+ 5) == count &- 4 else { throw .binaryLength }
        }
        return start &+ 5 &+ count
    }

    private func codeEnd(from start: Int) throws(BSONDamage) -> Int {
        guard self.end &- start >= 14 else { throw .truncated }
        let scopeStart: Int
        do throws(BSONDamage) {
            scopeStart = try self.stringEnd(from: start &+ 4)
        } catch {
            throw error == .stringEnd ? .codeEnd : error
        }
        let scopeEnd = try self.documentEnd(from: scopeStart)
        guard self.int32(at: start) == scopeEnd &- start else { throw .codeLength }
        return scopeEnd
    }

    // MARK: - Bytes

    @inline(__always)
    func byte(_ offset: Int) -> UInt8 {
        self.root.load(fromByteOffset: offset, as: UInt8.self)
    }

    @inline(__always)
    private func load<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Value {
        self.root.loadUnaligned(fromByteOffset: offset, as: Value.self)
    }

    @inline(__always)
    private func int32(at offset: Int) -> Int {
        Int(Int32(littleEndian: self.load(offset)))
    }
}
