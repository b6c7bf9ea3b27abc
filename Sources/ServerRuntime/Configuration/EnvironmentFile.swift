/// The `.env` file that the stack's script writes: one `NAME=value` a line.
public enum EnvironmentFile {
    /// Parses the text of a `.env` file.
    ///
    /// Empty lines and lines that begin with `#` are skipped; a value may stand in single or double quotes. Nothing is
    /// expanded inside values.
    ///
    /// - Parameter text: the whole file.
    /// - Returns: the variables; of a name that comes twice the last one counts.
    public static func parse(_ text: String) -> [String: String] {
        var variables: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.drop(while: \.isWhitespace)
            guard !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") else { continue }
            let name = String(line[..<equals].filter { !$0.isWhitespace })
            variables[name] = unquoted(trimmed(line[line.index(after: equals)...]))
        }
        return variables
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, let first = text.first, first == text.last, first == "\"" || first == "'" else {
            return String(text)
        }
        return String(text.dropFirst().dropLast())
    }
}
