/// A reply as a server sent it, for fixtures that must not depend on the client under test.
enum RESPReply: Sendable, Equatable {
    case status(String)
    case error(String)
    case integer(Int)
    case bulk(String)
    case array([RESPReply])
    case null

    /// A status or a bulk string.
    var text: String? {
        switch self {
        case .status(let text), .bulk(let text): text
        case .error, .integer, .array, .null: nil
        }
    }

    /// The elements of an array; none for anything else.
    var elements: [RESPReply] {
        if case .array(let elements) = self { return elements }
        return []
    }

    /// An array of names and values, as SENTINEL and CONFIG answer.
    var fields: [String: String] {
        let texts = self.elements.map { $0.text ?? "" }
        return Dictionary(
            stride(from: 0, to: texts.count - 1, by: 2).map { (texts[$0], texts[$0 + 1]) },
            uniquingKeysWith: { _, last in last }
        )
    }
}
