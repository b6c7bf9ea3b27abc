/// A Swift type whose values a `BSONBuilder` can append.
///
/// A type of your own conforms by passing on to one that does:
///
/// ```swift
/// extension UserID: BSONBuildable {
///     var bsonType: BSONType { .string }
///     func append(to builder: inout BSONBuilder) { self.text.append(to: &builder) }
/// }
/// ```
public protocol BSONBuildable {
    /// The type byte for this value.
    var bsonType: BSONType { get }
    /// Appends the bytes of the value, those of `bsonType`; the key has been written.
    func append(to builder: inout BSONBuilder)
}

extension Int32: BSONBuildable {
    /// `.int32`.
    @inlinable
    public var bsonType: BSONType { .int32 }

    /// Appends four bytes.
    @inlinable
    public func append(to builder: inout BSONBuilder) {
        builder.appendInteger(self)
    }
}

extension Int64: BSONBuildable {
    /// `.int64`.
    @inlinable
    public var bsonType: BSONType { .int64 }

    /// Appends eight bytes.
    @inlinable
    public func append(to builder: inout BSONBuilder) {
        builder.appendInteger(self)
    }
}

extension Int: BSONBuildable {
    /// `.int64`, also when the number would fit an int32: the type of a field does not depend on its value.
    @inlinable
    public var bsonType: BSONType { .int64 }

    /// Appends eight bytes.
    @inlinable
    public func append(to builder: inout BSONBuilder) {
        builder.appendInteger(Int64(self))
    }
}

extension Double: BSONBuildable {
    /// `.double`.
    @inlinable
    public var bsonType: BSONType { .double }

    /// Appends eight bytes.
    @inlinable
    public func append(to builder: inout BSONBuilder) {
        builder.appendInteger(self.bitPattern)
    }
}

extension Bool: BSONBuildable {
    /// `.bool`.
    @inlinable
    public var bsonType: BSONType { .bool }

    /// Appends one byte.
    @inlinable
    public func append(to builder: inout BSONBuilder) {
        builder.appendInteger(self ? 1 : 0 as UInt8)
    }
}

extension String: BSONBuildable {
    /// `.string`.
    @inlinable
    public var bsonType: BSONType { .string }

    /// Appends the length and the UTF-8.
    @inlinable
    public func append(to builder: inout BSONBuilder) {
        builder.appendText(self)
    }
}

extension Substring: BSONBuildable {
    /// `.string`.
    @inlinable
    public var bsonType: BSONType { .string }

    /// Appends the length and the UTF-8.
    @inlinable
    public func append(to builder: inout BSONBuilder) {
        var text = self
        text.withUTF8 { builder.appendText(UnsafeRawBufferPointer($0)) }
    }
}

extension BSONObjectID: BSONBuildable {
    /// `.objectID`.
    @inlinable
    public var bsonType: BSONType { .objectID }

    /// Appends twelve bytes.
    @inlinable
    public func append(to builder: inout BSONBuilder) {
        builder.appendInteger(self.high.byteSwapped)
        builder.appendInteger(self.low.byteSwapped)
    }
}

extension BSONDecimal128: BSONBuildable {
    /// `.decimal128`.
    public var bsonType: BSONType { .decimal128 }

    /// Appends sixteen bytes.
    public func append(to builder: inout BSONBuilder) {
        builder.appendInteger(self.low)
        builder.appendInteger(self.high)
    }
}

extension BSONDocument: BSONBuildable {
    /// `.document`.
    public var bsonType: BSONType { .document }

    /// Appends the document as it is, or its fault.
    public func append(to builder: inout BSONBuilder) {
        builder.append(document: self)
    }
}

extension Optional: BSONBuildable where Wrapped: BSONBuildable {
    /// That of the wrapped value, `.null` for nil.
    @inlinable
    public var bsonType: BSONType {
        self?.bsonType ?? .null
    }

    /// Appends the wrapped value; nothing for nil.
    @inlinable
    public func append(to builder: inout BSONBuilder) {
        self?.append(to: &builder)
    }
}
