import ArgumentParser

/// The options that all measurements have.
struct BenchOptions: ParsableArguments {
    @Flag(help: "Print one JSON object a line instead of a table.")
    var json = false

    @Option(help: "How often each measurement is repeated, 1...100; the result is the median.")
    var rounds: Int?

    @Flag(help: "A few seconds of everything, to see that it runs; its numbers mean little.")
    var quick = false

    @Option(help: "Only measurements whose name contains this text.")
    var filter: String?

    @Option(help: "Give up after so many seconds; 1,200, with --quick 120.")
    var timeLimit: Int?

    var roundCount: Int { self.rounds ?? (self.quick ? 3 : 9) }
    var timeLimitSeconds: Int { self.timeLimit ?? (self.quick ? 120 : 1200) }

    func validate() throws {
        guard (1...100).contains(self.roundCount) else { throw ValidationError("--rounds must be 1...100.") }
        guard (1...86_400).contains(self.timeLimitSeconds) else {
            throw ValidationError("--time-limit must be 1...86400.")
        }
    }

    /// Whether the measurement called `name` is wanted.
    func includes(_ name: String) -> Bool {
        self.filter.map { name.contains($0) } ?? true
    }
}
