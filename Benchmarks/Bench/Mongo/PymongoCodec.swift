import Foundation

/// The BSON of pymongo, whose C extension encodes and decodes, in a Python process of its own.
struct PymongoCodec: Sendable {
    /// What is measured.
    enum Work: String {
        case encode, decode
    }

    /// Its name and version, and whether the C extension is there.
    let version: String
    let hasC: Bool
    private let python: String
    private let folder: String

    /// - Parameter environment: the Python environment that it is installed in.
    /// - Throws: `BenchFailure` when there is none.
    init(environment: String) async throws {
        self.python = "\(environment)/bin/python"
        guard FileManager.default.isExecutableFile(atPath: self.python) else {
            throw BenchFailure("\(self.python) is missing: scripts/stack up --native mongo installs it")
        }
        self.folder = try TemporaryFolder().path
        let answer = try await Self.run(self.python, ["-c", Self.versionProgram], self.folder)
        let words = answer.split(whereSeparator: \.isWhitespace)
        guard words.count == 2 else { throw BenchFailure("pymongo does not tell its version: \(answer.prefix(300))") }
        self.hasC = words[1] == "True"
        self.version = "pymongo \(words[0])\(self.hasC ? "" : " without its C extension")"
    }

    /// Encodes or decodes `document`, as Python's dictionary, `count` times.
    ///
    /// - Returns: what it took, without the start of Python.
    /// - Throws: `BenchFailure` with Python's words, also when encoding does not give the same bytes.
    func measure(_ work: Work, _ document: [UInt8], count: Int) async throws -> Effort {
        let digits = document.map { String(format: "%02x", $0) }.joined()
        let answer = try await Self.run(
            self.python,
            ["-c", Self.program, work.rawValue, digits, "\(count)"],
            self.folder
        )
        let numbers = answer.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard numbers.count == 2 else { throw BenchFailure("pymongo: \(answer.prefix(500))") }
        return Effort(calls: count, seconds: numbers[0], processorSeconds: numbers[1])
    }

    private static func run(_ python: String, _ arguments: [String], _ folder: String) async throws -> String {
        let path = "\(folder)/\(UUID().uuidString)"
        return try await ChildProcess(python, arguments, outputPath: path).finish(within: .seconds(60))
    }

    private static let versionProgram = "import bson, pymongo; print(pymongo.version, bson.has_c())"

    // The loop runs over a list of nothing, which is the cheapest that Python has.
    private static let program = """
        import bson, itertools, sys, time
        document = bytes.fromhex(sys.argv[2])
        value = bson.decode(document)
        if bson.encode(value) != document:
            sys.exit("other bytes come back")
        work, thing = (bson.encode, value) if sys.argv[1] == "encode" else (bson.decode, document)
        start, processor = time.perf_counter(), time.process_time()
        for _ in itertools.repeat(None, int(sys.argv[3])):
            work(thing)
        print(time.perf_counter() - start, time.process_time() - processor)
        """
}
