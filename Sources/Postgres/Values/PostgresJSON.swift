import FoundationEssentials

/// A value that is stored as JSON.
///
///     struct Settings: Codable, Sendable { var theme: String }
///     let query: PostgresQuery = "UPDATE users SET settings = \(PostgresJSON(settings)) WHERE id = \(id)"
///     let settings = try row.decode("settings", as: PostgresJSON<Settings>.self).value
///
/// It is sent as jsonb, which PostgreSQL also puts into columns of type json. JSON that is a text already needs no
/// wrapper: `\(text)::jsonb`, and reading as `String`.
public struct PostgresJSON<Value: Sendable>: Sendable {
    /// The value.
    public var value: Value

    /// Wraps a value.
    public init(_ value: Value) {
        self.value = value
    }
}

extension PostgresJSON: Equatable where Value: Equatable {}
extension PostgresJSON: Hashable where Value: Hashable {}

extension PostgresJSON: PostgresDecodable where Value: Decodable {
    /// A json, a jsonb, or a text that holds JSON.
    public init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
        self.value = try JSONCodec.decode(Value.self, bytes, for: Self.self, type: type, format: format)
    }
}

extension PostgresJSON: PostgresEncodable where Value: Encodable {
    /// jsonb.
    public static var postgresType: PostgresType { .jsonb }

    /// Writes the version of the format and the JSON.
    ///
    /// What has no JSON form (infinite numbers) is refused; the server refuses U+0000 in a text, which jsonb cannot hold.
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        // The error quotes values, so only that there was one is told.
        guard let data = try? JSONEncoder().encode(self.value) else {
            writer.refuse("a value of type \(Value.self) has no JSON form")
            return
        }
        writer.write(JSONCodec.version)
        writer.write(bytes: data)
    }
}

extension PostgresJSON: PostgresArrayElement where Value: Encodable {
    /// jsonb[].
    public static var postgresArrayType: PostgresType { .jsonbArray }
}

extension PostgresJSON: Decodable where Value: Decodable {
    /// Reads the value itself, without a wrapper around it.
    public init(from decoder: any Decoder) throws {
        self.value = try Value(from: decoder)
    }
}

extension PostgresJSON: Encodable where Value: Encodable {
    /// Writes the value itself, without a wrapper around it.
    public func encode(to encoder: any Encoder) throws {
        try self.value.encode(to: encoder)
    }
}
