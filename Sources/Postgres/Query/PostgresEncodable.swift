/// A Swift type that can be bound to a query.
///
/// Each type is sent as one fixed type of PostgreSQL, in binary format: `String` as text, `Int` and `Int64` as int8,
/// `Int32` as int4, `Int16` as int2, `Bool` as bool, `Double` as float8, `Float` as float4, `Decimal` as numeric,
/// `[UInt8]` as bytea, `UUID` as uuid, `Date` as timestamptz, `PostgresDate` as date, `PostgresJSON` as jsonb, and arrays
/// of these as arrays. Where a column has another type, the query casts: `\(json)::jsonb`.
///
/// Types of your own conform by way of one of these. An enumeration with raw values needs only to say that it conforms;
/// for a column whose type is an `ENUM` of the database, cast the text: `\(mood)::mood`, `\(moods)::mood[]`. There are no
/// composite types: write `ROW(\(a), \(b))::pair`.
public protocol PostgresEncodable: Sendable {
    /// The type that values are sent as, and NULL too.
    static var postgresType: PostgresType { get }

    /// Writes this value in the binary format of `postgresType`, or NULL.
    ///
    /// A value that has no such form is refused with `PostgresValueWriter.refuse`: whoever sends the query then gets an
    /// error, and nothing is sent.
    func encodePostgres(to writer: inout PostgresValueWriter)
}

extension PostgresEncodable {
    /// The parameter that stands for NULL of this type.
    public static var postgresNull: PostgresParameter {
        PostgresParameter(type: self.postgresType, bytes: nil)
    }

    /// The parameter that holds this value.
    public var postgresParameter: PostgresParameter {
        var parameters = PostgresParameters()
        parameters.append(self)
        return parameters[0]
    }
}
