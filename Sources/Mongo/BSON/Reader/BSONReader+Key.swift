extension BSONReader {
    /// Whether the key of this element is `key`, byte for byte.
    @inlinable
    public func isKey(_ key: StaticString) -> Bool {
        guard key.utf8CodeUnitCount == self.keyCount, key.hasPointerRepresentation else {
            return !key.hasPointerRepresentation && self.isKey(key.description)
        }
        return Self.isEqual(self.root + self.keyStart, UnsafeRawPointer(key.utf8Start), self.keyCount)
    }

    /// Whether the key of this element is `key`, byte for byte.
    @_disfavoredOverload
    public func isKey(_ key: String) -> Bool {
        let utf8 = key.utf8
        guard utf8.count == self.keyCount else { return false }
        return self.keyBytes.elementsEqual(utf8)
    }

    /// The key of this element; what is no UTF-8 becomes U+FFFD.
    ///
    /// Makes a `String`; to compare, `isKey(_:)` is faster.
    public var key: String {
        String(decoding: self.keyBytes, as: UTF8.self)
    }

    /// Lends the bytes of the key.
    ///
    /// - Parameter body: gets the key's bytes as they are in the document.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws.
    public func withKey<Result>(_ body: (RawSpan) throws(MongoError) -> Result) throws(MongoError) -> Result {
        try body(self.keyBytes.bytes)
    }

    var keyBytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: self.root + self.keyStart, count: self.keyCount)
    }

    /// Compares eight bytes at a time: keys are too short for a call of `memcmp` to pay.
    @inlinable
    @inline(__always)
    static func isEqual(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ count: Int) -> Bool {
        guard count >= 8 else {
            guard count >= 4 else {
                for index in 0..<count
                where left.load(fromByteOffset: index, as: UInt8.self)
                    != right.load(fromByteOffset: index, as: UInt8.self)
                {
                    return false
                }
                return true
            }
            return Self.differences(left, right, at: 0, UInt32.self)
                | Self.differences(left, right, at: count &- 4, UInt32.self) == 0
        }
        var index = 0
        while index &+ 8 <= count {
            guard Self.differences(left, right, at: index, UInt64.self) == 0 else { return false }
            index &+= 8
        }
        // The last eight overlap those before.
        return Self.differences(left, right, at: count &- 8, UInt64.self) == 0
    }

    @inlinable
    @inline(__always)
    static func differences<Word: FixedWidthInteger & BitwiseCopyable>(
        _ left: UnsafeRawPointer,
        _ right: UnsafeRawPointer,
        at offset: Int,
        _ type: Word.Type
    ) -> Word {
        left.loadUnaligned(fromByteOffset: offset, as: Word.self)
            ^ right.loadUnaligned(fromByteOffset: offset, as: Word.self)
    }
}
