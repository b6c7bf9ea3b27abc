import Foundation

/// How much a fuzz test does: little in every run of all tests, as much as is wanted with `scripts/fuzz`.
public enum FuzzBudget {
    /// The number of inputs: the environment variable `FUZZ_INPUTS`, else `usual`.
    public static func inputs(usual: Int) -> Int {
        ProcessInfo.processInfo.environment["FUZZ_INPUTS"].flatMap { Int($0) } ?? usual
    }

    /// The seeds: the one in `FUZZ_SEED`; else a fresh one for a long run, and those of every run otherwise.
    public static let seeds: [Seed] = {
        let variables = ProcessInfo.processInfo.environment
        if let seed = variables["FUZZ_SEED"].flatMap({ UInt64($0) }) { return [Seed(seed)] }
        return (variables["FUZZ_INPUTS"] == nil ? Seed.corpus : []) + [.fresh()]
    }()
}
