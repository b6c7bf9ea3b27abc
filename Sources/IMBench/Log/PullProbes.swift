/// What clients found that asked for the newest seq and pulled up to it at once (P5).
struct PullProbes: Sendable, Codable, Equatable {
    /// Pulls that were answered with messages.
    var pulls = 0
    /// Pulls that came back with less than was asked for.
    var short = 0
    /// Questions that ended with an error, which asks for a retry and is no breach.
    var errors = 0
    /// The first short pulls, for people.
    var examples: [String] = []

    /// Examples that are kept.
    private static let examplesMax = 10

    /// Counts a pull.
    ///
    /// - Parameters:
    ///   - conversationID: where was pulled.
    ///   - wanted: the seqs that were asked for.
    ///   - found: the seqs that came with a message.
    mutating func add(_ conversationID: String, wanted: ClosedRange<Int64>, found: Set<Int64>) {
        self.pulls += 1
        guard let missing = wanted.first(where: { !found.contains($0) }) else { return }
        self.short += 1
        guard self.examples.count < Self.examplesMax else { return }
        self.examples.append(
            "\(conversationID): asked for \(wanted.lowerBound) to \(wanted.upperBound), \(missing) was missing"
        )
    }

    /// Adds what others found.
    mutating func merge(_ other: PullProbes) {
        self.pulls += other.pulls
        self.short += other.short
        self.errors += other.errors
        self.examples = Array((self.examples + other.examples).prefix(Self.examplesMax))
    }
}
