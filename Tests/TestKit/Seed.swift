import Foundation

/// Where a property test's chance comes from: one number, which is part of every failure.
///
/// Tests run with `Seed.corpus + [.fresh()]`. To run a failure again, set `TEST_SEED` to the number that it printed.
public struct Seed: Sendable, Hashable, CustomStringConvertible {
    /// The number.
    public let value: UInt64

    /// The seed of this number.
    public init(_ value: UInt64) {
        self.value = value
    }

    /// The seeds of every run: those that found something once may be added.
    public static let corpus = [Seed(1), Seed(20_261_121)]

    /// A seed that is new in each run, or the one in the environment variable `TEST_SEED`.
    public static func fresh() -> Seed {
        let fixed = ProcessInfo.processInfo.environment["TEST_SEED"].flatMap { UInt64($0) }
        return Seed(fixed ?? UInt64.random(in: .min ... .max))
    }

    /// A generator at the beginning of this seed's sequence.
    public func generator() -> SeededGenerator {
        SeededGenerator(seed: self.value)
    }

    /// How a failure names it.
    public var description: String {
        "seed \(self.value)"
    }
}
