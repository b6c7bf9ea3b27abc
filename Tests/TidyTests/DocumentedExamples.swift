import Testing

/// Programs that documents show are those that are built.
@Suite struct DocumentedExamples {
    @Test(arguments: [
        (document: "docs/redis.md", program: "Examples/RedisExample/main.swift"),
        (document: "docs/caching.md", program: "Examples/CachingExample/main.swift"),
        (document: "docs/kafka.md", program: "Examples/KafkaExample/main.swift"),
        (document: "docs/postgres.md", program: "Examples/PostgresExample/main.swift"),
        (document: "docs/mongo.md", program: "Examples/MongoExample/main.swift"),
    ])
    func `a document shows the text of its example program`(document: String, program: String) throws {
        let shown = Self.programs(in: try #require(SourceTree.read(document), "\(document) cannot be read"))
        let built = try #require(SourceTree.read(program), "\(program) cannot be read")
        // Compared first: the whole of both in a failure would help nobody.
        let isShown = shown.contains(Self.trimmed(built))
        #expect(
            isShown,
            "no block of Swift in \(document) has the text of \(program); copy the program into the document"
        )
    }

    /// The blocks of Swift in a document, each as its lines.
    private static func programs(in document: [Substring]) -> [[Substring]] {
        var programs: [[Substring]] = []
        var current: [Substring]?
        for line in document {
            if let lines = current, line == "```" {
                programs.append(self.trimmed(lines))
                current = nil
            } else if current == nil, line == "```swift" {
                current = []
            } else {
                current?.append(line)
            }
        }
        return programs
    }

    /// The lines without empty ones at the end.
    private static func trimmed(_ lines: [Substring]) -> [Substring] {
        Array(lines.prefix((lines.lastIndex { !$0.isEmpty } ?? -1) + 1))
    }
}
