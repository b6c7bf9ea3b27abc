extension Double: PostgresDecodable {
    /// Any number type; a numeric and large integers are rounded to the nearest double.
    @inlinable
    public init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
        guard type == .float8, format == .binary, bytes.byteCount == 8 else {
            self = try FloatCodec.decodeOther(bytes, type: type, format: format)
            return
        }
        self = Double(bitPattern: bytes.bigEndian(as: UInt64.self))
    }
}

extension Float: PostgresDecodable {
    /// A float4; the wider types are refused, because they would lose digits.
    @inlinable
    public init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
        guard type == .float4 else { throw .undecodable(Float.self, from: type, format) }
        guard format == .binary else {
            self = try FloatCodec.decode(Float.self, text: bytes, type: type)
            return
        }
        guard bytes.byteCount == 4 else { throw .undecodable(Float.self, from: type, format, "not four bytes") }
        self = Float(bitPattern: bytes.bigEndian(as: UInt32.self))
    }
}

/// What the floating point types need not have inlined.
@usableFromInline
enum FloatCodec {
    @inline(never)
    @usableFromInline
    static func decode<Value: LosslessStringConvertible>(
        _ wanted: Value.Type,
        text bytes: RawSpan,
        type: PostgresType
    ) throws(PostgresError) -> Value {
        // The spellings of PostgreSQL (NaN, Infinity, -Infinity) are among those of Swift.
        let text = try String(utf8: bytes, for: wanted, from: type, .text)
        guard let value = Value(text) else { throw .undecodable(wanted, from: type, .text, "no number") }
        return value
    }

    @inline(never)
    @usableFromInline
    static func decodeOther(
        _ bytes: RawSpan,
        type: PostgresType,
        format: PostgresFormat
    ) throws(PostgresError) -> Double {
        switch type {
        case .float4 where format == .binary:
            return Double(try Float(postgres: bytes, type: type, format: format))
        case .int2 where format == .binary, .int4 where format == .binary, .int8 where format == .binary:
            return Double(try Int64(postgres: bytes, type: type, format: format))
        case .numeric where format == .binary:
            let text = try NumericValue(bytes, for: Double.self).text(bytes)
            guard let value = Double(text) else { throw .undecodable(Double.self, from: type, format) }
            return value
        case .float4, .float8, .int2, .int4, .int8, .numeric:
            guard format == .text else {
                throw .undecodable(Double.self, from: type, format, "not eight bytes")
            }
            return try self.decode(Double.self, text: bytes, type: type)
        default: throw .undecodable(Double.self, from: type, format)
        }
    }
}

extension Double: PostgresArrayElement {
    /// float8.
    public static var postgresType: PostgresType { .float8 }
    /// float8[].
    public static var postgresArrayType: PostgresType { .float8Array }

    /// Writes the eight bytes of the IEEE 754 pattern.
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        writer.write(self.bitPattern)
    }
}

extension Float: PostgresArrayElement {
    /// float4.
    public static var postgresType: PostgresType { .float4 }
    /// float4[].
    public static var postgresArrayType: PostgresType { .float4Array }

    /// Writes the four bytes of the IEEE 754 pattern.
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        writer.write(self.bitPattern)
    }
}
