extension String: PostgresDecodable {
    /// Any text type, json, jsonb and numeric (their text), and every type that comes in text format but bytea.
    ///
    /// Other types in binary format are refused; cast them to text in the query.
    @inlinable
    public init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
        switch type.oid {
        // text, varchar, bpchar, name, json, xml, unknown: binary and text format are the same bytes.
        case 25, 1043, 1042, 19, 114, 142, 705:
            self = try Self(utf8: bytes, for: Self.self, from: type, format)
        default:
            self = try Self(other: bytes, type: type, format: format)
        }
    }

    @inline(never)
    @usableFromInline
    init(other bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
        switch (type, format) {
        case (.bytea, _): throw .undecodable(Self.self, from: type, format)
        case (_, .text): self = try Self(utf8: bytes, for: Self.self, from: type, format)
        case (.jsonb, .binary):
            let start = try JSONCodec.textStart(of: bytes, for: Self.self)
            self = try Self(utf8: bytes.extracting(droppingFirst: start), for: Self.self, from: type, format)
        case (.numeric, .binary): self = try NumericValue(bytes, for: Self.self).text(bytes)
        default: throw .undecodable(Self.self, from: type, format)
        }
    }

    /// The text in `bytes`.
    ///
    /// - Throws: `.decoding` when it is not UTF-8, which happens in a database with the encoding SQL_ASCII.
    @usableFromInline
    init(
        utf8 bytes: RawSpan,
        for wanted: Any.Type,
        from type: PostgresType,
        _ format: PostgresFormat
    ) throws(PostgresError) {
        // Measured: String(validating:as:) takes three times as long.
        let text = bytes.withUnsafeBytes { bytes -> String? in
            guard let utf8 = try? UTF8Span(validating: bytes.assumingMemoryBound(to: UInt8.self).span) else {
                return nil
            }
            return String(copying: utf8)
        }
        guard let text else { throw .undecodable(wanted, from: type, format, "not UTF-8") }
        self = text
    }
}

extension String: PostgresArrayElement {
    /// text.
    public static var postgresType: PostgresType { .text }
    /// text[].
    public static var postgresArrayType: PostgresType { .textArray }

    /// Writes the UTF-8 bytes; a text with U+0000 is refused.
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        writer.write(text: self)
    }
}
