extension Bool: PostgresDecodable {
    /// A bool.
    @inlinable
    public init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
        guard type == .bool, bytes.byteCount == 1 else { throw .undecodable(Bool.self, from: type, format) }
        switch (format, bytes.bigEndian(as: UInt8.self)) {
        case (.binary, 1), (.text, UInt8(ascii: "t")): self = true
        case (.binary, 0), (.text, UInt8(ascii: "f")): self = false
        default: throw .undecodable(Bool.self, from: type, format, "neither true nor false")
        }
    }
}

extension Bool: PostgresArrayElement {
    /// bool.
    public static var postgresType: PostgresType { .bool }
    /// bool[].
    public static var postgresArrayType: PostgresType { .boolArray }

    /// Writes one byte.
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        writer.write(self ? 1 : 0 as UInt8)
    }
}
