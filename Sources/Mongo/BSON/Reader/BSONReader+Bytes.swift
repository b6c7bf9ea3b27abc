extension BSONReader {
    /// A text; what is no UTF-8 becomes U+FFFD.
    ///
    /// - Throws: `.decoding` for another type.
    @inlinable
    public func string() throws(MongoError) -> String {
        guard self.type == .string else { throw self.mismatch("a string") }
        return self.text(at: self.valueStart)
    }

    /// Lends the bytes of a text, without making a `String`.
    ///
    /// - Parameter body: gets the bytes as they are in the document, which need not be UTF-8.
    /// - Returns: what `body` returns.
    /// - Throws: `.decoding` for another type, and what `body` throws.
    @inlinable
    public func withUTF8<Result>(_ body: (RawSpan) throws(MongoError) -> Result) throws(MongoError) -> Result {
        guard self.type == .string else { throw self.mismatch("a string") }
        return try body(self.textBytes(at: self.valueStart).bytes)
    }

    /// Lends the content of a binary.
    ///
    /// - Parameter body: gets the content and the subtype.
    /// - Returns: what `body` returns.
    /// - Throws: `.decoding` for another type, and what `body` throws.
    @inlinable
    public func withBinary<Result>(
        _ body: (RawSpan, _ subtype: UInt8) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        guard self.type == .binary else { throw self.mismatch("a binary") }
        return try body(self.binaryBytes.bytes, self.byte(self.valueStart &+ 4))
    }

    /// A copy of the content of a binary of any subtype, or of the UTF-8 of a text.
    ///
    /// - Throws: `.decoding` for another type.
    public func bytes() throws(MongoError) -> [UInt8] {
        switch self.type {
        case .binary: Array(self.binaryBytes)
        case .string: Array(self.textBytes(at: self.valueStart))
        default: throw self.mismatch("a binary")
        }
    }

    /// The content of the binary of this element.
    @usableFromInline
    var binaryBytes: UnsafeRawBufferPointer {
        let isOld = self.byte(self.valueStart &+ 4) == BSONBuilder.oldBinarySubtype
        let start = self.valueStart &+ (isOld ? 9 : 5)
        return UnsafeRawBufferPointer(start: self.root + start, count: self.index &- start)
    }

    /// The text with its length in front at `offset`.
    @inlinable
    func textBytes(at offset: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: self.root + (offset &+ 4), count: self.int32(at: offset) &- 1)
    }

    @usableFromInline
    func text(at offset: Int) -> String {
        String(decoding: self.textBytes(at: offset), as: UTF8.self)
    }

    /// The text that ends with a zero byte, and the offset behind that.
    func cString(at offset: Int) -> (text: UnsafeRawBufferPointer, next: Int) {
        // `step()` has found the zero byte.
        var end = offset
        while end < self.end, self.byte(end) != 0 {
            end &+= 1
        }
        return (UnsafeRawBufferPointer(start: self.root + offset, count: end &- offset), end &+ 1)
    }
}
