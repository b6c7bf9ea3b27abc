import Testing

/// A repeatable source of chance (SplitMix64); the seed is part of every failure.
struct Seed: RandomNumberGenerator, Sendable, CustomTestStringConvertible {
    /// The fixed seed, and one that is new in each run.
    static let corpus = [Seed(20_261_121), Seed(UInt64.random(in: .min ... .max))]

    let value: UInt64
    private var state: UInt64

    init(_ value: UInt64) {
        self.value = value
        self.state = value
    }

    var testDescription: String { "seed \(self.value)" }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
