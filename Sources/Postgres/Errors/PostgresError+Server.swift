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
        /// In characters from 1.
        var position: Int?
        /// The function of the server that reported the error.
        var routine: String?
    }

    /// The error for a server's report.
    ///
    /// Class 22 messages quote the refused value and class 23 details quote the key, so neither is kept.
    init(server fields: ServerFields) {
        let class2 = fields.sqlState.prefix(2)
        let message =
            class2 == "22" ? "the server refused a value: \(Self.condition(fields.sqlState))" : fields.message
        self.init(Code(sqlState: fields.sqlState), message)
        self.sqlState = fields.sqlState.isEmpty ? nil : fields.sqlState
        self.constraint = fields.constraint
        self.table = fields.table
        self.column = fields.column
        self.position = fields.position
        self.severity = fields.severity.isEmpty ? nil : fields.severity
        self.detail = ["08", "28", "40", "53", "57"].contains(class2) ? fields.detail : nil
    }

    /// What a SQLSTATE of class 22 means, without the value (PostgreSQL manual, appendix A).
    private static func condition(_ sqlState: String) -> String {
        switch sqlState {
        case "22001": "too long for its type"
        case "22003": "out of range for its type"
        case "22004": "NULL where none is allowed"
        case "22007", "22008": "no valid date or time"
        case "22011": "substring length is negative"
        case "22012": "division by zero"
        case "22021": "bytes that are no text in the encoding of the database"
        case "22023": "invalid parameter of a function or setting"
        case "22025", "2201B": "invalid pattern"
        case "22030", "22032", "22033", "22034", "22035", "22036": "invalid JSON or JSON path"
        case "2202E", "2200S": "an array or document that does not fit"
        case "22P02": "its text does not have the form that its type needs"
        case "22P03": "its binary form does not fit its type"
        case "22P04": "a malformed row in a COPY"
        case "22P05": "a character that the encoding lacks"
        default: "see its SQLSTATE"
        }
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
