/// Writes the values of an array; the keys "0", "1" and so on are written by it.
///
/// Lent by `appendArray` to its closure. Faults are kept as those of `BSONBuilder` are.
public struct BSONArrayBuilder: ~Copyable {
    @usableFromInline
    var builder: BSONBuilder
    /// How many values have been appended.
    public private(set) var count = 0

    @usableFromInline
    init(_ builder: consuming BSONBuilder) {
        self.builder = builder
    }

    @usableFromInline
    consuming func finish() -> BSONBuilder {
        self.builder
    }

    @usableFromInline
    mutating func begin(_ type: BSONType) {
        self.builder.begin(type, index: self.count)
        self.count &+= 1
    }

    /// Appends a value.
    @inlinable
    public mutating func append(_ value: some BSONBuildable) {
        self.begin(value.bsonType)
        value.append(to: &self.builder)
    }

    /// Appends a null.
    public mutating func appendNull() {
        self.begin(.null)
    }

    /// Appends a time in milliseconds since 1970-01-01T00:00:00Z.
    public mutating func append(dateTime milliseconds: Int64) {
        self.begin(.dateTime)
        self.builder.appendInteger(milliseconds)
    }

    /// Appends a binary.
    public mutating func append(binary bytes: RawSpan, subtype: UInt8 = 0) {
        self.begin(.binary)
        bytes.withUnsafeBytes { self.builder.appendBinary($0, subtype: subtype) }
    }

    /// Appends a text that is there as bytes.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8; zero bytes are allowed.
    ///   - isBinaryAllowed: what to do with bytes that are no UTF-8: append a binary of subtype 0, or keep a fault.
    public mutating func append(utf8 bytes: RawSpan, orBinary isBinaryAllowed: Bool = false) {
        let type = BSONBuilder.type(ofText: bytes)
        self.begin(type)
        self.builder.append(utf8: bytes, as: type, orBinary: isBinaryAllowed)
    }

    /// Appends a document that `body` fills.
    @inlinable
    public mutating func appendDocument(_ body: (inout BSONBuilder) -> Void) {
        self.begin(.document)
        self.builder.appendDocument(body)
    }

    /// Appends an array that `body` fills.
    @inlinable
    public mutating func appendArray(_ body: (inout BSONArrayBuilder) -> Void) {
        self.begin(.array)
        self.builder.appendArray(body)
    }
}
