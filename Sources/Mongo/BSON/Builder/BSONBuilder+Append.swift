// Every member twice: for keys that are literals, which are copied from the program's own memory, and for keys that are
// made at run time. A literal picks the first.
extension BSONBuilder {
    /// Appends a value.
    @inlinable
    @inline(__always)
    public mutating func append(_ key: StaticString, _ value: some BSONBuildable) {
        self.begin(value.bsonType, key)
        value.append(to: &self)
    }

    /// Appends a value.
    @inlinable
    @_disfavoredOverload
    public mutating func append(_ key: String, _ value: some BSONBuildable) {
        self.begin(value.bsonType, key)
        value.append(to: &self)
    }

    /// Appends a null.
    @inlinable
    public mutating func appendNull(_ key: StaticString) {
        self.begin(.null, key)
    }

    /// Appends a null.
    @inlinable
    @_disfavoredOverload
    public mutating func appendNull(_ key: String) {
        self.begin(.null, key)
    }

    /// Appends a time in milliseconds since 1970-01-01T00:00:00Z.
    @inlinable
    public mutating func append(_ key: StaticString, dateTime milliseconds: Int64) {
        self.begin(.dateTime, key)
        self.appendInteger(milliseconds)
    }

    /// Appends a time in milliseconds since 1970-01-01T00:00:00Z.
    @inlinable
    @_disfavoredOverload
    public mutating func append(_ key: String, dateTime milliseconds: Int64) {
        self.begin(.dateTime, key)
        self.appendInteger(milliseconds)
    }

    /// Appends a binary.
    @inlinable
    public mutating func append(_ key: StaticString, binary bytes: RawSpan, subtype: UInt8 = 0) {
        self.begin(.binary, key)
        bytes.withUnsafeBytes { self.appendBinary($0, subtype: subtype) }
    }

    /// Appends a binary.
    @inlinable
    @_disfavoredOverload
    public mutating func append(_ key: String, binary bytes: RawSpan, subtype: UInt8 = 0) {
        self.begin(.binary, key)
        bytes.withUnsafeBytes { self.appendBinary($0, subtype: subtype) }
    }

    /// Appends a binary.
    @inlinable
    public mutating func append(_ key: StaticString, binary bytes: [UInt8], subtype: UInt8 = 0) {
        self.append(key, binary: bytes.span.bytes, subtype: subtype)
    }

    /// Appends a binary.
    @inlinable
    @_disfavoredOverload
    public mutating func append(_ key: String, binary bytes: [UInt8], subtype: UInt8 = 0) {
        self.append(key, binary: bytes.span.bytes, subtype: subtype)
    }

    /// Appends a text that is there as bytes.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - bytes: UTF-8; zero bytes are allowed.
    ///   - isBinaryAllowed: what to do with bytes that are no UTF-8: append a binary of subtype 0, or keep a fault.
    @inlinable
    public mutating func append(_ key: StaticString, utf8 bytes: RawSpan, orBinary isBinaryAllowed: Bool = false) {
        let type = Self.type(ofText: bytes)
        self.begin(type, key)
        self.append(utf8: bytes, as: type, orBinary: isBinaryAllowed)
    }

    /// Appends a text that is there as bytes.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - bytes: UTF-8; zero bytes are allowed.
    ///   - isBinaryAllowed: what to do with bytes that are no UTF-8: append a binary of subtype 0, or keep a fault.
    @inlinable
    @_disfavoredOverload
    public mutating func append(_ key: String, utf8 bytes: RawSpan, orBinary isBinaryAllowed: Bool = false) {
        let type = Self.type(ofText: bytes)
        self.begin(type, key)
        self.append(utf8: bytes, as: type, orBinary: isBinaryAllowed)
    }

    /// What bytes that should be a text are written as; `.binary` for those that are none.
    @usableFromInline
    static func type(ofText bytes: RawSpan) -> BSONType {
        bytes.withUnsafeBytes { self.isUTF8($0) } ? .string : .binary
    }

    @usableFromInline
    mutating func append(utf8 bytes: RawSpan, as type: BSONType, orBinary isBinaryAllowed: Bool) {
        guard type == .binary else { return bytes.withUnsafeBytes { self.appendText($0) } }
        if isBinaryAllowed {
            bytes.withUnsafeBytes { self.appendBinary($0, subtype: 0) }
        } else {
            self.fail(BSONDamage.notUTF8.reason)
        }
    }
}

extension BSONBuilder {
    /// Appends a value under a key in which zero bytes become U+FFFD.
    mutating func append(mending key: String, _ value: BSONValue) {
        guard key.utf8.contains(0) else { return self.append(key, value) }
        let mended = key.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : Character($0) }
        self.append(String(mended), value)
    }

    /// Appends the elements of a document; those of one with a fault are that fault.
    mutating func append(contentsOf document: BSONDocument) {
        if let fault = document.fault {
            return self.fail(fault)
        }
        document.bytes.withUnsafeBytes { self.appendBytes(UnsafeRawBufferPointer(rebasing: $0[4..<$0.count - 1])) }
        self.levelMax = max(self.levelMax, self.level + document.depth)
    }
}
