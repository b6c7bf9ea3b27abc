import CPostgresBaseline

/// An answer that C has asked for, in binary format.
///
/// Unchecked: the pointer is only read after `init`, and freed when nobody has this object any more.
final class PostgresCAnswer: @unchecked Sendable {
    private let answer: OpaquePointer

    /// Asks; blocks.
    init(_ conninfo: String, _ query: String) throws(BenchFailure) {
        var outcome = postgres_baseline_outcome()
        guard let answer = postgres_baseline_ask(conninfo, query, &outcome) else {
            throw BenchFailure("C: \(outcome.message)")
        }
        self.answer = answer
    }

    deinit {
        postgres_baseline_forget(self.answer)
    }

    /// What C does with the answer.
    enum Work {
        /// Converts and adds up the values of the mixed columns.
        case touch
        /// The same with structs of their own.
        case own
        /// Converts and adds up the values of the plain columns.
        case touchPlain
    }

    /// Decodes all `count` rows.
    func decode(_ count: Int, _ work: Work) throws(BenchFailure) -> (effort: Effort, checksum: Double) {
        var (outcome, checksum) = (postgres_baseline_outcome(), 0.0)
        let isFine =
            switch work {
            case .touch: postgres_baseline_decode(self.answer, false, &checksum, &outcome)
            case .own: postgres_baseline_decode(self.answer, true, &checksum, &outcome)
            case .touchPlain: postgres_baseline_decode_plain(self.answer, &checksum, &outcome)
            }
        return (try outcome.effort(isFine, count), checksum)
    }

    /// Decodes all rows and checks the checksum.
    func decode(_ count: Int, _ work: Work, _ expected: Double) throws(BenchFailure) -> Effort {
        let (effort, checksum) = try self.decode(count, work)
        guard checksum == expected else { throw BenchFailure("C: checksum \(checksum), not \(expected)") }
        return effort
    }
}
