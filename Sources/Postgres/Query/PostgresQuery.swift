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
    public private(set) var sql: String
    /// The values of the placeholders, in order.
    public private(set) var parameters: [PostgresParameter]

    /// A query with a text that was put together elsewhere.
    ///
    /// - Parameters:
    ///   - sql: the text; it must come from our own code, never from outside.
    ///   - parameters: the values of `$1`, `$2`, … in it.
    public init(unsafeSQL sql: String, parameters: [PostgresParameter] = []) {
        self.sql = sql
        self.parameters = parameters
    }
}

extension PostgresQuery: ExpressibleByStringInterpolation {
    /// A query without parameters.
    public init(stringLiteral value: String) {
        self.init(unsafeSQL: value)
    }

    /// A query with what was interpolated as parameters.
    public init(stringInterpolation: StringInterpolation) {
        self.init(unsafeSQL: stringInterpolation.sql, parameters: stringInterpolation.parameters)
    }

    /// Collects the text and the parameters of a query.
    public struct StringInterpolation: StringInterpolationProtocol {
        var sql = ""
        var parameters: [PostgresParameter] = []

        /// An empty collection with room for what is expected.
        public init(literalCapacity: Int, interpolationCount: Int) {
            self.sql.reserveCapacity(literalCapacity + 4 * interpolationCount)
            self.parameters.reserveCapacity(interpolationCount)
        }

        /// Adds text.
        public mutating func appendLiteral(_ literal: String) {
            self.sql.append(literal)
        }

        /// Binds a value and adds its placeholder.
        public mutating func appendInterpolation(_ value: some PostgresEncodable) {
            self.parameters.append(value.postgresParameter)
            self.sql.append("$\(self.parameters.count)")
        }

        /// Binds a value or NULL and adds its placeholder.
        ///
        /// An overload of its own, since the compiler warns of an optional that meets a parameter that is none.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            self.parameters.append(value.postgresParameter)
            self.sql.append("$\(self.parameters.count)")
        }

        /// Adds `text` as it is.
        ///
        /// Only for identifiers and keywords that our own code chose.
        public mutating func appendInterpolation(unescaped text: String) {
            self.sql.append(text)
        }
    }
}
