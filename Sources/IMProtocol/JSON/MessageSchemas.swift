/// The schemas of all messages, read once from the generated table.
struct MessageSchemas: Sendable {
    /// The one of the generated table.
    static let all = MessageSchemas(table: messageFieldTable)

    /// In the order of the table; `FieldKind.message` holds indices into it.
    let list: [MessageSchema]
    private let indices: [String: Int]

    /// Reads a table in the format that scripts/gen-field-table describes.
    ///
    /// A table that cannot be read is a fault of the program, not of its input, and stops it.
    init(table: String) {
        let lines = table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let names = lines.filter { $0.count == 1 }.map { $0[0] }
        let indices = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
        var fields = [[FieldSchema]](repeating: [], count: names.count)
        var current = -1
        for line in lines {
            if line.count == 1 {
                current += 1
            } else {
                fields[current].append(Self.field(line, indices))
            }
        }
        self.indices = indices
        self.list = zip(names, fields).map { MessageSchema(name: $0, fields: $1) }
    }

    /// The schema of the message with this full name.
    func schema(named name: String) -> MessageSchema? {
        self.indices[name].map { self.list[$0] }
    }

    /// Reads the words of one field: number, name, mark and kind, and for messages the name of the type.
    private static func field(_ words: [String], _ indices: [String: Int]) -> FieldSchema {
        var words = words
        var label = FieldSchema.Label.single
        switch words[2].first {
        case "*": label = .repeated
        case "?": label = .optional
        case "%": label = .map(Self.scalar(words.remove(at: 2).dropFirst()))
        default: break
        }
        guard let number = Int(words[0]) else {
            preconditionFailure("the table of fields has no number in \(words)")
        }
        let kind = words[2].drop { $0 == "*" || $0 == "?" }
        guard kind == "message" else {
            return FieldSchema(number: number, name: words[1], label: label, kind: .scalar(Self.scalar(kind)))
        }
        return FieldSchema(number: number, name: words[1], label: label, kind: Self.message(words[3], indices))
    }

    private static func scalar(_ word: Substring) -> ScalarKind {
        guard let kind = ScalarKind(rawValue: String(word)) else {
            preconditionFailure("the table of fields has an unknown kind \(word)")
        }
        return kind
    }

    /// The kind of a field of message type `name`; the messages of openim.protobuf named `…Value` are wrappers.
    private static func message(_ name: String, _ indices: [String: Int]) -> FieldKind {
        if let scalar = Self.wrapped(name) {
            return .wrapper(scalar)
        }
        guard let index = indices[name] else {
            preconditionFailure("the table of fields names an unknown message \(name)")
        }
        return .message(index)
    }

    /// The scalar that the wrapper message `name` holds; nil when it is none.
    private static func wrapped(_ name: String) -> ScalarKind? {
        guard name.hasPrefix("openim.protobuf."), name.hasSuffix("Value") else { return nil }
        return ScalarKind(rawValue: name.dropFirst("openim.protobuf.".count).dropLast("Value".count).lowercased())
    }
}
