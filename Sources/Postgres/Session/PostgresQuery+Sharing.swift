extension PostgresQuery {
    private static let transactionWords: Set<String> = [
        "begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release",
    ]

    /// Refuses statements that begin or end a transaction, behind the back of whoever runs one or uses the connection next.
    ///
    /// - Throws: `.invalidQuery`.
    func validateForSharing() throws(PostgresError) {
        // The first letter decides nearly always, before anything is allocated.
        let start = Self.withoutComments(Substring(self.sql).utf8)
        guard let letter = start.first, Self.isInitial(letter | 32) else { return }
        let word = start.prefix(10).prefix { $0 | 32 >= 97 && $0 | 32 <= 122 }
        let text = Substring(word).lowercased()
        guard Self.transactionWords.contains(text) else { return }
        let message = "\(text.uppercased()) is not for a query; use transaction(_:) and savepoint(_:)"
        throw PostgresError(.invalidQuery, message)
    }

    /// What follows white space, empty statements and comments at the start.
    private static func withoutComments(_ sql: Substring.UTF8View) -> Substring.UTF8View {
        var rest = sql
        while let byte = rest.first {
            switch byte {
            case 9...13, UInt8(ascii: " "), UInt8(ascii: ";"): rest = rest.dropFirst()
            case UInt8(ascii: "-") where rest.starts(with: "--".utf8): rest = rest.drop { $0 != 10 && $0 != 13 }
            case UInt8(ascii: "/") where rest.starts(with: "/*".utf8): rest = self.withoutBlockComment(rest)
            default: return rest
            }
        }
        return rest
    }

    /// What follows the comment at the start, in which others may stand.
    private static func withoutBlockComment(_ sql: Substring.UTF8View) -> Substring.UTF8View {
        var (rest, depth) = (sql, 0)
        repeat {
            if rest.starts(with: "/*".utf8) {
                (rest, depth) = (rest.dropFirst(2), depth + 1)
            } else if rest.starts(with: "*/".utf8) {
                (rest, depth) = (rest.dropFirst(2), depth - 1)
            } else {
                rest = rest.dropFirst()
            }
        } while depth > 0 && !rest.isEmpty
        return rest
    }

    private static func isInitial(_ letter: UInt8) -> Bool {
        switch letter {
        case UInt8(ascii: "b"), UInt8(ascii: "s"), UInt8(ascii: "c"), UInt8(ascii: "e"), UInt8(ascii: "r"),
            UInt8(ascii: "a"):
            true
        default: false
        }
    }
}
