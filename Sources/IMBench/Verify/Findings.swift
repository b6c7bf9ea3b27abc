/// How often something was found, with the first few cases.
struct Findings: Sendable, Codable, Equatable {
    /// Cases that are described.
    private static let examplesMax = 5

    private(set) var count = 0
    private(set) var examples: [String] = []

    /// Counts a case.
    ///
    /// - Parameter example: describes it; evaluated for the first few only.
    mutating func add(_ example: @autoclosure () -> String) {
        self.count += 1
        if self.examples.count < Self.examplesMax { self.examples.append(example()) }
    }

    /// Adds what was found elsewhere.
    mutating func merge(_ other: Findings) {
        self.count += other.count
        self.examples = Array((self.examples + other.examples).prefix(Self.examplesMax))
    }
}
