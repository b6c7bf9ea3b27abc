extension PostgresDecodable where Self: FixedWidthInteger {
    /// Any integer type, or a numeric without fraction, within the range of this type.
    @inlinable
    public init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
        guard format == .binary else {
            self = try IntegerCodec.decode(Self.self, text: bytes, type: type)
            return
        }
        let value: Self?
        switch (type.oid, bytes.byteCount) {
        case (20, 8): value = Self(exactly: bytes.bigEndian(as: Int64.self))
        case (23, 4): value = Self(exactly: bytes.bigEndian(as: Int32.self))
        case (21, 2): value = Self(exactly: bytes.bigEndian(as: Int16.self))
        case (26, 4): value = Self(exactly: bytes.bigEndian(as: UInt32.self))
        default: value = try IntegerCodec.decode(Self.self, other: bytes, type: type)
        }
        guard let value else { throw IntegerCodec.outOfRange(Self.self, type, format) }
        self = value
    }
}

extension PostgresDecodable where Self: FixedWidthInteger & BitwiseCopyable {
    /// Reads an array of one dimension; elements of this very width are read without asking for the type of each.
    @inlinable
    public static func decodePostgresArray(
        _ bytes: RawSpan,
        type: PostgresType,
        format: PostgresFormat
    ) throws(PostgresError) -> [Self] {
        let header = try ArrayHeader(bytes, type: type, format: format, for: [Self].self)
        let width = MemoryLayout<Self>.size
        let isSame =
            switch header.elementType.oid {
            case 20: width == 8
            case 23: width == 4
            case 21: width == 2
            default: false
            }
        guard Self.isSigned, isSame, bytes.byteCount == ArrayHeader.byteCount + header.count * (4 + width) else {
            return try self.decodeElements(bytes, header)
        }
        // Measured: appending is faster than init(unsafeUninitializedCapacity:), whose buffer is made by generic code.
        var result: [Self] = []
        result.reserveCapacity(header.count)
        for offset in stride(from: ArrayHeader.byteCount, to: bytes.byteCount, by: 4 + width) {
            guard bytes.bigEndian(at: offset, as: Int32.self) == width else {
                return try self.decodeElements(bytes, header)
            }
            result.append(bytes.bigEndian(at: offset + 4))
        }
        return result
    }
}

/// What the integer types share and need not have inlined.
@usableFromInline
enum IntegerCodec {
    @usableFromInline static let types: [PostgresType] = [.int2, .int4, .int8, .objectID, .numeric]

    @inline(never)
    @usableFromInline
    static func outOfRange(_ wanted: Any.Type, _ type: PostgresType, _ format: PostgresFormat) -> PostgresError {
        .undecodable(wanted, from: type, format, "out of range")
    }

    @inline(never)
    @usableFromInline
    static func decode<Value: FixedWidthInteger>(
        _ wanted: Value.Type,
        text bytes: RawSpan,
        type: PostgresType
    ) throws(PostgresError) -> Value {
        guard self.types.contains(type) else { throw .undecodable(wanted, from: type, .text) }
        let text = try String(utf8: bytes, for: wanted, from: type, .text)
        guard let value = Value(text) else {
            throw .undecodable(wanted, from: type, .text, "out of range, or no whole number")
        }
        return value
    }

    @inline(never)
    @usableFromInline
    static func decode<Value: FixedWidthInteger>(
        _ wanted: Value.Type,
        other bytes: RawSpan,
        type: PostgresType
    ) throws(PostgresError) -> Value? {
        guard type == .numeric else {
            let reason = self.types.contains(type) ? "\(bytes.byteCount) bytes are too few or too many" : nil
            throw .undecodable(wanted, from: type, .binary, reason)
        }
        let numeric = try NumericValue(bytes, for: wanted)
        let (magnitude, exponent) = try numeric.scaled(bytes, for: wanted)
        guard magnitude != 0 else { return 0 }
        guard exponent >= 0 else { throw .undecodable(wanted, from: type, .binary, "it has a fraction") }
        // No integer type has more than 39 digits.
        guard exponent < 40 else { return nil }
        var value = magnitude
        for _ in 0..<exponent {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = product
        }
        guard numeric.isNegative else { return Value(exactly: value) }
        guard value <= UInt128(Int128.max) + 1 else { return nil }
        return Value(exactly: 0 &- Int128(truncatingIfNeeded: value))
    }
}

extension Int: PostgresCodable {}
extension Int64: PostgresCodable {}
extension Int32: PostgresCodable {}
extension Int16: PostgresCodable {}
extension Int8: PostgresDecodable {}
extension UInt: PostgresDecodable {}
extension UInt64: PostgresDecodable {}
extension UInt32: PostgresDecodable {}
extension UInt16: PostgresDecodable {}

extension Int: PostgresArrayElement {
    /// int8.
    public static var postgresType: PostgresType { .int8 }
    /// int8[].
    public static var postgresArrayType: PostgresType { .int8Array }

    /// Writes eight bytes.
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        writer.write(Int64(self))
    }
}

extension Int64: PostgresArrayElement {
    /// int8.
    public static var postgresType: PostgresType { .int8 }
    /// int8[].
    public static var postgresArrayType: PostgresType { .int8Array }

    /// Writes eight bytes.
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        writer.write(self)
    }
}

extension Int32: PostgresArrayElement {
    /// int4.
    public static var postgresType: PostgresType { .int4 }
    /// int4[].
    public static var postgresArrayType: PostgresType { .int4Array }

    /// Writes four bytes.
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        writer.write(self)
    }
}

extension Int16: PostgresArrayElement {
    /// int2.
    public static var postgresType: PostgresType { .int2 }
    /// int2[].
    public static var postgresArrayType: PostgresType { .int2Array }

    /// Writes two bytes.
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        writer.write(self)
    }
}
