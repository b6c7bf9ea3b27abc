extension PostgresError {
    /// What the server said in an error report, as far as it is looked at.
    struct ServerFields {
        var severity = ""
        var sqlState = ""
        var message = ""
        var detail: String?
        var constraint: String?
        var table: String?
        var column: String?
    }

    /// The error for a server's report.
    ///
    /// Class 22 messages quote the refused value and class 23 details quote the key, so neither is kept.
    init(server fields: ServerFields) {
        let class2 = fields.sqlState.prefix(2)
        let message =
            class2 == "22" ? "the server refused a value (SQLSTATE \(fields.sqlState))" : fields.message
        self.init(Code(sqlState: fields.sqlState), message)
        self.sqlState = fields.sqlState.isEmpty ? nil : fields.sqlState
        self.constraint = fields.constraint
        self.table = fields.table
        self.column = fields.column
        self.detail = ["08", "28", "40", "53", "57"].contains(class2) ? fields.detail : nil
    }
}

extension PostgresError.Code {
    /// The code for a SQLSTATE (PostgreSQL manual, appendix A).
    init(sqlState: String) {
        switch sqlState {
        case "23505": self = .uniqueViolation
        case "23503": self = .foreignKeyViolation
        case "23514": self = .checkViolation
        case "23502": self = .notNullViolation
        case "23P01": self = .exclusionViolation
        case "40001": self = .serializationFailure
        case "40P01": self = .deadlock
        case "55P03": self = .lockNotAvailable
        case "57014": self = .queryCanceled
        case "25P02": self = .transactionAborted
        case "3D000": self = .authenticationFailed
        default:
            switch sqlState.prefix(2) {
            case "22": self = .invalidValue
            case "28": self = .authenticationFailed
            case "08": self = .connectionLost
            case "53", "57", "58": self = .unavailable
            default: self = .server
            }
        }
    }
}
