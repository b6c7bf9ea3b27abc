/// Everything that one statement answered.
struct PostgresAnswer: Sendable {
    var rows: [PostgresRow] = []
    /// The number of rows that the statement touched or returned.
    var affectedRows = 0
    /// The command tag of the last statement.
    var commandTag = ""
}
