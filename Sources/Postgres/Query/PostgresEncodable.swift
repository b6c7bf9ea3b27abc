/// A Swift type that can be bound to a query.
///
/// Each type is sent as one fixed type of PostgreSQL: `String` as text, `Int` and `Int64` as int8, `Int32` as int4,
/// `Bool` as bool, `Double` as float8, `[UInt8]` as bytea, and arrays of these as arrays. Where a column has another
/// type, the query casts: `\(json)::jsonb`.
public protocol PostgresEncodable: Sendable {
    /// The parameter that stands for nil of this type.
    static var postgresNull: PostgresParameter { get }
    /// The parameter that holds this value.
    var postgresParameter: PostgresParameter { get }
}

extension PostgresArrayElement {
    /// The parameter that stands for nil of this type.
    public static var postgresNull: PostgresParameter {
        PostgresParameter(type: self.scalar, bytes: nil)
    }

    /// The parameter that holds this value.
    public var postgresParameter: PostgresParameter {
        var bytes: [UInt8] = []
        self.append(to: &bytes)
        return PostgresParameter(type: Self.scalar, bytes: bytes)
    }

    static var scalar: PostgresType {
        PostgresType(oid: self.postgresTypes.scalar)
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The parameter that stands for nil of the wrapped type.
    public static var postgresNull: PostgresParameter {
        Wrapped.postgresNull
    }

    /// The parameter of the wrapped value, or NULL.
    public var postgresParameter: PostgresParameter {
        self.map(\.postgresParameter) ?? Wrapped.postgresNull
    }
}
