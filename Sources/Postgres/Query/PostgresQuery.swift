/// A statement with its bound values.
///
/// Written as a string literal; what is interpolated becomes a parameter (`$1`, `$2`, …) and never a part of the text:
///
///     let query: PostgresQuery = "SELECT name FROM users WHERE id = \(id)"
///
/// A query is one statement. Where the server cannot know the type that a parameter should have, cast it:
/// `unnest(\(ids)::text[])`.
public struct PostgresQuery: Sendable, Hashable {
    /// The text that is sent, with placeholders.
    public let sql: String
    /// The values of the placeholders, in order, as they go to libpq.
    let bound: PostgresParameters

    /// The values of the placeholders, in order.
    public var parameters: [PostgresParameter] {
        (0..<self.bound.count).map { self.bound[$0] }
    }

    /// A query with a text that was put together elsewhere.
    ///
    /// - Parameters:
    ///   - sql: the text; it must come from our own code, never from outside.
    ///   - parameters: the values of `$1`, `$2`, … in it.
    public init(unsafeSQL sql: String, parameters: [PostgresParameter] = []) {
        var bound = PostgresParameters(capacity: parameters.count)
        for parameter in parameters { bound.append(parameter) }
        self.init(sql: sql, bound: bound)
    }

    init(sql: String, bound: PostgresParameters) {
        self.sql = sql
        self.bound = bound
    }

    /// Checks that the query can be sent; whoever sends it calls this before.
    ///
    /// - Throws: `.invalidValue` for a value that its type in PostgreSQL cannot hold, such as a text with U+0000;
    ///   `.invalidQuery` for a text that would be cut short, or more parameters than the protocol counts.
    func validate() throws(PostgresError) {
        if let failure = self.bound.failure { throw failure }
        guard self.bound.count <= Int(UInt16.max) else {
            throw PostgresError(.invalidQuery, "\(self.bound.count) parameters; 65535 are allowed")
        }
        guard !self.sql.utf8.contains(0) else { throw PostgresError(.invalidQuery, "the text has a zero byte") }
    }
}

extension PostgresQuery: ExpressibleByStringInterpolation {
    /// A query without parameters.
    public init(stringLiteral value: String) {
        self.init(unsafeSQL: value)
    }

    /// A query with what was interpolated as parameters.
    public init(stringInterpolation: StringInterpolation) {
        self.init(sql: stringInterpolation.sql, bound: stringInterpolation.bound)
    }

    /// Collects the text and the parameters of a query.
    public struct StringInterpolation: StringInterpolationProtocol {
        var sql = ""
        var bound: PostgresParameters

        /// An empty collection with room for what is expected.
        public init(literalCapacity: Int, interpolationCount: Int) {
            self.sql.reserveCapacity(literalCapacity + 4 * interpolationCount)
            self.bound = PostgresParameters(capacity: interpolationCount)
        }

        /// Adds text.
        public mutating func appendLiteral(_ literal: String) {
            self.sql.append(literal)
        }

        /// Binds a value and adds its placeholder.
        public mutating func appendInterpolation(_ value: some PostgresEncodable) {
            self.bound.append(value)
            self.sql.append("$")
            self.sql.append(String(self.bound.count))
        }

        /// Binds a value or NULL and adds its placeholder.
        ///
        /// An overload of its own, since the compiler warns of an optional that meets a parameter that is none.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            self.bound.append(value)
            self.sql.append("$")
            self.sql.append(String(self.bound.count))
        }

        /// Adds `text` as it is.
        ///
        /// Only for identifiers and keywords that our own code chose.
        public mutating func appendInterpolation(unescaped text: String) {
            self.sql.append(text)
        }
    }
}
