/// Statements that go out together and end with one sync: outside a transaction, one implicit transaction.
struct StatementGroup: Sendable {
    /// The statements.
    enum Body: Sendable {
        /// Ends with its `.result`.
        case one(PostgresQuery)
        /// One after the other; ends with their `.results`.
        case several([PostgresQuery])
        /// The same text with one set of values after the other; ends with the `.count` of rows touched.
        case repeated(sql: String, PostgresParameterSets)
    }

    var body: Body
    /// Sent ahead of the body, such as BEGIN; nobody gets its answer.
    var prefix: String?
    /// Upper bound of the rows of each answer.
    var rowsMax: Int
    /// Whether the texts may be prepared and kept; false for what is said once, or must work in a failed transaction.
    var isPrepared = true

    /// How many statements the body has.
    var count: Int {
        switch self.body {
        case .one: 1
        case .several(let queries): queries.count
        case .repeated(_, let sets): sets.count
        }
    }
}
