/// A Swift type that a whole row can be read as.
///
/// It reads the columns one after the other, in the order in which the query selects them. Columns that it leaves unread
/// at the end are ignored.
///
///     struct User {
///         let id: Int64
///         let name: String?
///     }
///     extension User: PostgresRowDecodable {
///         init(row: inout PostgresRowDecoder) throws(PostgresError) {
///             self.init(id: try row.decode(), name: try row.decode())
///         }
///     }
///     let users = try await client.query("SELECT id, name FROM users").decode(as: User.self)
///
/// An initialiser that delegates to the memberwise one, as here, spares a copy of the whole struct.
public protocol PostgresRowDecodable {
    /// Reads one row.
    ///
    /// - Throws: `.decoding` when a value does not fit or a column is missing.
    init(row: inout PostgresRowDecoder) throws(PostgresError)
}
