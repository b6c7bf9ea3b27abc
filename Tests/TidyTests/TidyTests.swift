import Testing

/// Rules about the code, kept as tests.
@Suite struct TidyTests {
    @Test func `the source tree is found`() {
        #expect(SourceTree.swiftFiles.count > 100)
    }

    @Test func `a target imports only what the table allows`() {
        var violations: [String] = []
        for file in SourceTree.swiftFiles where file.path.hasPrefix("Sources/") {
            guard let allowed = TargetTable.imports[file.target] else {
                violations.append("\(file.path): target \(file.target) is not in the table")
                continue
            }
            for module in Self.imports(of: file) where TargetTable.ownModules.contains(module) {
                if !allowed.contains(module) { violations.append("\(file.path): imports \(module)") }
            }
        }
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
    }

    @Test func `services do not name each other's folders`() {
        let folders = ["Auth", "User", "Msg"]
        var owners: [String: String] = [:]
        let files = SourceTree.swiftFiles.filter { $0.path.hasPrefix("Sources/IMServices/") }
        func folder(_ file: SourceTree.File) -> String {
            file.path.split(separator: "/").dropFirst(2).first.map(String.init) ?? ""
        }
        for file in files where folders.contains(folder(file)) {
            for line in file.lines {
                if let name = Self.declaredType(line) { owners[name] = folder(file) }
            }
        }
        var violations: [String] = []
        for file in files {
            for (number, line) in file.lines.enumerated() {
                let code = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false)[0]
                let words = Set(code.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
                for word in words {
                    if let owner = owners[word], owner != folder(file) {
                        violations.append("\(file.path):\(number + 1): \(word) belongs to \(owner)")
                    }
                }
            }
        }
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
    }

    @Test func `files are neither empty nor longer than 600 lines`() {
        let violations = SourceTree.swiftFiles.filter { !$0.isGenerated }
            .filter { $0.lines.count > 601 || $0.lines.allSatisfy { $0.allSatisfy(\.isWhitespace) } }
        #expect(violations.isEmpty, "\(violations.map { "\($0.path): \($0.lines.count)" }.joined(separator: "\n"))")
    }

    @Test func `functions are not longer than 70 lines`() {
        var violations: [String] = []
        for file in SourceTree.swiftFiles where !file.isGenerated {
            for (name, start, length) in FunctionLengths.of(file.lines) where length > 70 {
                violations.append("\(file.path):\(start): \(name) has \(length) lines")
            }
        }
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
    }

    @Test func `unchecked sendability gives its reason`() {
        var violations: [String] = []
        for file in SourceTree.swiftFiles where file.path.hasPrefix("Sources/") && !file.isGenerated {
            for (number, line) in file.lines.enumerated() {
                let code = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false)[0]
                guard code.contains("@unchecked Sendable") || code.contains("nonisolated(unsafe)") else { continue }
                let above = number > 0 ? file.lines[number - 1] : ""
                if !line.contains("//"), !above.contains("//") { violations.append("\(file.path):\(number + 1)") }
            }
        }
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
    }

    @Test func `nothing in Sources traps on purpose`() {
        var violations: [String] = []
        for file in SourceTree.swiftFiles where file.path.hasPrefix("Sources/") && !file.isGenerated {
            for (number, line) in file.lines.enumerated() {
                let code = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false)[0]
                if code.contains("fatalError(") || code.contains("try!") || code.contains("as!") {
                    violations.append("\(file.path):\(number + 1)")
                }
            }
        }
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
    }

    private static func imports(of file: SourceTree.File) -> [String] {
        file.lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), words.count > index + 1,
                words[..<index].allSatisfy({
                    $0.hasPrefix("@") || $0 == "public" || $0 == "package" || $0 == "internal"
                })
            else { return nil }
            return String(words[index + 1].split(separator: ".")[0])
        }
    }

    private static func declaredType(_ line: Substring) -> String? {
        guard !line.hasPrefix(" ") else { return nil }
        let words = line.split { $0 == " " || $0 == ":" || $0 == "{" || $0 == "<" }
        guard let index = words.firstIndex(where: { ["struct", "class", "enum", "actor", "protocol"].contains($0) }),
            words.count > index + 1
        else { return nil }
        return String(words[index + 1])
    }
}
