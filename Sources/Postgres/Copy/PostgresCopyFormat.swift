/// The form in which rows travel in a COPY; `.binary` or `.text`.
public protocol PostgresCopyFormat: Sendable {
    /// Whether it is PostgreSQL's binary format.
    static var isBinary: Bool { get }
}

/// The binary format: typed values, checked against the columns; the faster one.
public struct PostgresBinaryCopy: PostgresCopyFormat {
    /// True.
    public static let isBinary = true
}

/// The text format: each value is the server's own text of it.
public struct PostgresTextCopy: PostgresCopyFormat {
    /// False.
    public static let isBinary = false
}

extension PostgresCopyFormat where Self == PostgresBinaryCopy {
    /// The binary format: typed values, checked against the columns; the faster one.
    public static var binary: Self { Self() }
}

extension PostgresCopyFormat where Self == PostgresTextCopy {
    /// The text format: each value is the server's own text of it.
    public static var text: Self { Self() }
}

extension PostgresCopyFormat {
    static var sqlName: String { self.isBinary ? "binary" : "text" }
}
