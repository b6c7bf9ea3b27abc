extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    /// Reads the raw value; one that no case has is an error.
    public init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
        let rawValue = try RawValue(postgres: bytes, type: type, format: format)
        guard let value = Self(rawValue: rawValue) else {
            throw .undecodable(Self.self, from: type, format, "no case has this raw value")
        }
        self = value
    }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue == String {
    /// Reads a text, or the label of an `ENUM` that the database defines; one that no case has is an error.
    public init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
        // The binary form of an ENUM is its label (enum_send). Other types of a database are no labels, and match no case.
        let rawValue =
            type.isBuiltIn
            ? try String(postgres: bytes, type: type, format: format)
            : try String(utf8: bytes, for: Self.self, from: type, format)
        guard let value = Self(rawValue: rawValue) else {
            throw .undecodable(Self.self, from: type, format, "no case has this raw value")
        }
        self = value
    }
}

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    /// The type of the raw value.
    public static var postgresType: PostgresType {
        RawValue.postgresType
    }

    /// Writes the raw value.
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        self.rawValue.encodePostgres(to: &writer)
    }
}

extension PostgresArrayElement where Self: RawRepresentable, RawValue: PostgresArrayElement {
    /// The array type of the raw value.
    public static var postgresArrayType: PostgresType {
        RawValue.postgresArrayType
    }
}
