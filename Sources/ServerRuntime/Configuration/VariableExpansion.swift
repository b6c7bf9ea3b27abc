/// Replaces `${NAME}` and `${NAME:-default}` in a configuration value, as docker compose does.
enum VariableExpansion {
    /// Why a value could not be expanded.
    enum Failure: Error {
        case unset(String)
        case unterminated
    }

    static func expand(_ text: String, _ variables: [String: String]) throws(Failure) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            result += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: "}") else { throw .unterminated }
            result += try self.value(of: rest[..<end], variables)
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private static func value(of reference: Substring, _ variables: [String: String]) throws(Failure) -> String {
        guard let separator = reference.firstRange(of: ":-") else {
            guard let value = variables[String(reference)] else { throw .unset(String(reference)) }
            return value
        }
        let value = variables[String(reference[..<separator.lowerBound])] ?? ""
        return value.isEmpty ? String(reference[separator.upperBound...]) : value
    }
}
