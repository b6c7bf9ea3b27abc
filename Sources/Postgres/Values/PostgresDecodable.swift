/// A Swift type that a column can be read as.
///
/// Types of your own conform with one initialiser, mostly by way of a type that conforms already:
///
///     struct Account: PostgresDecodable {
///         var id: Int64
///         init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
///             self.id = try Int64(postgres: bytes, type: type, format: format)
///         }
///     }
///
/// An enumeration with raw values needs only to say that it conforms; one of strings also reads the labels of an `ENUM`
/// that the database defines. Composite types have no conformance: select their fields.
public protocol PostgresDecodable: Sendable {
    /// Reads a value that is not NULL.
    ///
    /// - Parameters:
    ///   - bytes: the value; valid during the call only.
    ///   - type: the type of the column, or of the element in an array.
    ///   - format: the format of `bytes`.
    /// - Throws: `.decoding` when the value does not fit; `PostgresError.undecodable` makes one.
    init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError)

    /// What NULL is read as.
    ///
    /// - Throws: `.decoding` unless the type has a value for it; only optionals do by themselves.
    static func decodePostgresNull() throws(PostgresError) -> Self

    /// Reads an array of this type; types that stand for something else in an array have their own.
    ///
    /// - Throws: `.decoding` when an element does not fit, or the array has more than one dimension.
    static func decodePostgresArray(
        _ bytes: RawSpan,
        type: PostgresType,
        format: PostgresFormat
    ) throws(PostgresError) -> [Self]
}

/// A Swift type that can be bound to a query and read from an answer.
public typealias PostgresCodable = PostgresDecodable & PostgresEncodable

extension PostgresDecodable {
    /// NULL is an error.
    @inlinable
    public static func decodePostgresNull() throws(PostgresError) -> Self {
        throw PostgresError.undecodableNull(Self.self)
    }
}
