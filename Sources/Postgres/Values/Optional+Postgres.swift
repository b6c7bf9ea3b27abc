extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// Reads the wrapped value.
    @inlinable
    public init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
        self = .some(try Wrapped(postgres: bytes, type: type, format: format))
    }

    /// NULL is nil.
    @inlinable
    public static func decodePostgresNull() throws(PostgresError) -> Self {
        .none
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The type of the wrapped value.
    public static var postgresType: PostgresType {
        Wrapped.postgresType
    }

    /// Writes the wrapped value, or NULL.
    @inlinable
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        switch self {
        case .some(let value): value.encodePostgres(to: &writer)
        case .none: writer.writeNull()
        }
    }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement {
    /// The array type of the wrapped value.
    public static var postgresArrayType: PostgresType {
        Wrapped.postgresArrayType
    }
}
