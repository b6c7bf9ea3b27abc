internal import IMProtocol

/// A rule for one key of a message's content.
///
/// Values are judged leniently, as OpenIM does: a number or a bool passes for a text and a text of digits for a number.
/// Only the judgement converts; what is stored is what was sent.
struct ContentRule: Sendable {
    /// What a value may be.
    enum Kind: Sendable {
        case text
        case integer(ClosedRange<Int64>)
        case flag
        case texts(countMax: Int)
        case object([ContentRule])
        case anything
    }

    let name: String
    let kind: Kind
    /// Whether the value must be there and, for scalars, must not be zero.
    let isRequired: Bool

    static func required(_ name: String, _ kind: Kind = .text) -> ContentRule {
        ContentRule(name: name, kind: kind, isRequired: true)
    }

    static func optional(_ name: String, _ kind: Kind = .text) -> ContentRule {
        ContentRule(name: name, kind: kind, isRequired: false)
    }

    /// Throws 1001 that names the key of `content` that breaks its rule, or for a type that may not be sent this way.
    static func check(_ content: JSONValue, of type: ContentType) throws(IMError) {
        guard let rules = Self.byContentType[type] else {
            throw IMError(.args, "contentType \(type.rawValue) cannot be sent over the API")
        }
        try Self.check(content, rules, path: "content")
    }

    private static func check(_ content: JSONValue, _ rules: [ContentRule], path: String) throws(IMError) {
        for rule in rules {
            try rule.check(content[rule.name], path: "\(path).\(rule.name)")
        }
    }

    private func check(_ value: JSONValue?, path: String) throws(IMError) {
        guard let value else {
            guard !self.isRequired else { throw IMError(.args, "\(path) is required") }
            return
        }
        let isZero: Bool
        switch self.kind {
        case .text:
            guard let text = Self.text(value) else { throw IMError(.args, "\(path) must be a string") }
            isZero = text.isEmpty
        case .integer(let range):
            guard let number = Self.integer(value) else { throw IMError(.args, "\(path) must be an integer") }
            isZero = number == 0
            guard range.contains(number) || (isZero && self.isRequired) else {
                throw IMError(.args, "\(path) is out of range")
            }
        case .flag:
            guard Self.isFlag(value) else { throw IMError(.args, "\(path) must be a bool") }
            isZero = false
        case .texts(let countMax):
            guard case .array(let elements) = value, elements.allSatisfy({ Self.text($0) != nil }) else {
                throw IMError(.args, "\(path) must be a list of strings")
            }
            guard elements.count <= countMax else {
                throw IMError(.args, "\(path) has more than \(countMax) elements")
            }
            isZero = false
        case .object(let rules):
            guard case .object = value else { throw IMError(.args, "\(path) must be an object") }
            try Self.check(value, rules, path: path)
            isZero = false
        case .anything:
            isZero = false
        }
        guard !isZero || !self.isRequired else { throw IMError(.args, "\(path) is required") }
    }

    /// A value read as a text; nil when it is a list or an object.
    static func text(_ value: JSONValue) -> String? {
        switch value {
        case .null: ""
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let flag): flag ? "1" : "0"
        case .array, .object: nil
        }
    }

    /// A value read as an integer; fractions are cut off.
    private static func integer(_ value: JSONValue) -> Int64? {
        switch value {
        case .number(let number):
            number.integer(as: Int64.self) ?? number.double.flatMap { Int64(exactly: $0.rounded(.towardZero)) }
        case .string(let text): text.isEmpty ? 0 : Int64(text)
        case .bool(let flag): flag ? 1 : 0
        case .null: 0
        case .array, .object: nil
        }
    }

    private static func isFlag(_ value: JSONValue) -> Bool {
        switch value {
        case .bool, .number, .null: true
        case .string(let text): ["", "0", "1", "t", "f", "true", "false"].contains(text.lowercased())
        case .array, .object: false
        }
    }
}
