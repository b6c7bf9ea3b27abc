/// The index that the server shall use.
public enum MongoIndexHint: Sendable, Hashable {
    /// The index of this name.
    case name(String)
    /// The index with exactly these keys, as in `["user_id": 1]`; `["$natural": 1]` reads the collection in its own order.
    case keys(BSONDocument)
}

extension MongoIndexHint: ExpressibleByStringLiteral {
    /// The index of this name.
    public init(stringLiteral value: String) {
        self = .name(value)
    }
}

extension MongoIndexHint: ExpressibleByDictionaryLiteral {
    /// The index with exactly these keys.
    public init(dictionaryLiteral elements: (String, BSONValue)...) {
        self = .keys(BSONDocument(elements))
    }
}

extension MongoIndexHint {
    /// The value that the server knows it as.
    var value: BSONValue {
        switch self {
        case .name(let name): .string(name)
        case .keys(let keys): .document(keys)
        }
    }

    /// - Throws: `.invalidArgument` without a name or keys, which the server would take for no hint.
    func check() throws(MongoError) {
        let isEmpty =
            switch self {
            case .name(let name): name.isEmpty
            case .keys(let keys): keys.isEmpty
            }
        guard !isEmpty else { throw MongoError(.invalidArgument, "hint: the name or the keys of an index are needed") }
    }
}
