/// Measures functions by their indentation, which the formatter makes reliable.
enum FunctionLengths {
    /// Name, first line (from 1) and number of lines of each function and initialiser, signature and braces included.
    static func of(_ lines: [Substring]) -> [(name: String, start: Int, length: Int)] {
        var result: [(name: String, start: Int, length: Int)] = []
        for (number, line) in lines.enumerated() {
            guard let name = self.name(line) else { continue }
            let indent = line.prefix { $0 == " " }.count
            let closing = String(repeating: " ", count: indent) + "}"
            guard
                let end = lines[number...].firstIndex(where: {
                    $0.hasPrefix(closing) && $0.dropFirst(indent).first == "}"
                })
            else { continue }
            // A protocol's requirement has no body: the brace found then belongs to the type around it.
            if end > number, lines[number..<end].contains(where: { $0.hasSuffix("{") }) {
                result.append((name, number + 1, end - number + 1))
            }
        }
        return result
    }

    private static func name(_ line: Substring) -> String? {
        let words = line.split(separator: " ")
        for (index, word) in words.enumerated() {
            if word == "func", words.count > index + 1 { return String(words[index + 1].prefix { $0 != "(" }) }
            if word.hasPrefix("init("), words[..<index].allSatisfy({ $0.allSatisfy(\.isLetter) }) { return "init" }
            guard word.allSatisfy({ $0.isLetter || "@()".contains($0) }) else { return nil }
        }
        return nil
    }
}
