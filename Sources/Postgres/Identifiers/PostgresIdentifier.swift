/// The name of a table, a column, a channel or another object of the database.
///
/// Whatever the name contains, it becomes one quoted identifier and never another part of a statement. Names are taken as
/// they are: `Users` is not `users`.
public struct PostgresIdentifier: Sendable, Hashable {
    /// The name in front of the point, such as that of a schema.
    public let qualifier: String?
    /// The name.
    public let name: String

    /// The object of this name in the session's search path.
    public init(_ name: String) {
        self.qualifier = nil
        self.name = name
    }

    /// The object of this name in a schema.
    public init(schema: String, _ name: String) {
        self.qualifier = schema
        self.name = name
    }

    /// The identifier as it stands in a statement, with its quotation marks.
    ///
    /// - Throws: `.invalidQuery` for a name that the server could not have: an empty one, one with U+0000, and one of more than
    ///   63 bytes, which the server would cut, and then mean another object.
    public func quoted() throws(PostgresError) -> String {
        guard let qualifier else { return try Self.quoted(self.name) }
        return try "\(Self.quoted(qualifier)).\(Self.quoted(self.name))"
    }

    /// The longest name of the server, in bytes (`NAMEDATALEN` less one).
    static let bytesMax = 63

    private static func quoted(_ name: String) throws(PostgresError) -> String {
        guard (1...self.bytesMax).contains(name.utf8.count), !name.utf8.contains(0) else {
            throw PostgresError(.invalidQuery, "an identifier has 1 to 63 bytes and no character U+0000")
        }
        return "\"\(name.replacing("\"", with: "\"\""))\""
    }
}

extension PostgresIdentifier: ExpressibleByStringLiteral {
    /// The object of this name in the session's search path; a point in it is a part of the name.
    public init(stringLiteral value: String) {
        self.init(value)
    }
}

extension PostgresIdentifier: CustomStringConvertible {
    /// The names, without quotation marks; for people.
    public var description: String {
        self.qualifier.map { "\($0).\(self.name)" } ?? self.name
    }
}

extension Sequence<PostgresIdentifier> {
    /// The identifiers in quotation marks, with commas between them.
    ///
    /// - Throws: as `PostgresIdentifier.quoted()`.
    func quotedList() throws(PostgresError) -> String {
        var list: [String] = []
        for identifier in self { list.append(try identifier.quoted()) }
        return list.joined(separator: ", ")
    }
}
