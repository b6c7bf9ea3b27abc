internal import IMProtocol

/// A field that a request must have.
enum Requirement: Sendable, Hashable {
    /// The field is there and not null; an empty list passes.
    case given(String)
    /// The field is there and neither null nor a zero value nor an empty list.
    case filled(String)

    /// Throws 1001 that names the field when `body` lacks it.
    func check(_ body: JSONValue) throws(IMError) {
        switch self {
        case .given(let name):
            guard body[name] != nil else { throw IMError(.args, "\(name) is required") }
        case .filled(let name):
            guard let value = body[name], !value.isZero else { throw IMError(.args, "\(name) is empty") }
        }
    }
}

extension JSONValue {
    /// Whether the value is what a Go variable holds before it is set, or an empty list or object.
    var isZero: Bool {
        switch self {
        case .null: true
        case .bool(let value): !value
        case .number(let number): number.double == 0
        case .string(let text): text.isEmpty
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        }
    }
}
