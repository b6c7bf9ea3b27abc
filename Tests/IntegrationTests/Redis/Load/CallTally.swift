import Redis
import ServerRuntime
import Synchronization

/// What became of the calls of a load, to be compared with what the server has afterwards.
final class CallTally: Sendable {
    /// How much later than its deadline a call may end.
    ///
    /// The client needs milliseconds. The rest is for this machine, which may have more servers and tests than cores: what a
    /// test must find are calls that wait for something else than their deadline, and these are late by seconds.
    static let latenessMax = Duration.seconds(1)

    /// The outcomes of the calls that touched one key.
    struct Outcomes: Sendable {
        var successes = 0
        /// Failed, and may have been applied.
        var uncertain = 0
        /// Failed, and certainly not applied.
        var refused = 0
    }

    private struct State {
        var outcomes: [String: Outcomes] = [:]
        var codes: [RedisError.Code: Int] = [:]
        var lateness = Duration.zero
        var odd: [String] = []
    }

    private let state = Mutex(State())

    /// The outcomes by key.
    var outcomes: [String: Outcomes] { self.state.withLock { $0.outcomes } }
    /// How often each kind of error came.
    var codes: [RedisError.Code: Int] { self.state.withLock { $0.codes } }
    /// How much later than its deadline the latest call ended.
    var lateness: Duration { self.state.withLock { $0.lateness } }
    /// The calls that got their replies.
    var successes: Int { self.outcomes.values.reduce(0) { $0 + $1.successes } }
    /// The calls that failed without an answer whether they were applied.
    var uncertain: Int { self.outcomes.values.reduce(0) { $0 + $1.uncertain } }

    /// One line for the message of a failing test.
    var summary: String {
        "\(self.successes) successes, errors \(self.codes.map { "\($0.value) \($0.key)" }), lateness \(self.lateness)"
    }

    /// Adds 1 to `key` and notes what came of it.
    @discardableResult func increment(
        _ key: String,
        _ client: RedisClient,
        within limit: Duration = .seconds(2)
    ) async -> RedisError? {
        await self.call(key, within: limit) { deadline throws(RedisError) in
            _ = try await client.incr(key, deadline: deadline)
        }
    }

    /// Makes one call of any kind, which counts for `key`, and notes what came of it.
    @discardableResult func call(
        _ key: String,
        within limit: Duration,
        _ body: (Deadline) async throws(RedisError) -> Void
    ) async -> RedisError? {
        let start = ContinuousClock.now
        let error = await redisError { () throws(RedisError) in try await body(.after(limit)) }
        let lateness = start.duration(to: .now) - limit
        self.state.withLock { state in
            state.lateness = max(state.lateness, lateness)
            guard let error else {
                state.outcomes[key, default: Outcomes()].successes += 1
                return
            }
            state.codes[error.code, default: 0] += 1
            if error.mayHaveBeenApplied {
                state.outcomes[key, default: Outcomes()].uncertain += 1
            } else {
                state.outcomes[key, default: Outcomes()].refused += 1
            }
        }
        return error
    }

    /// The keys whose counters are not between the successes and the calls that may have been applied, with the numbers.
    func differences(_ client: RedisClient) async throws -> [String] {
        var differences: [String] = []
        for (key, outcomes) in self.outcomes {
            let value = try await client.get(key, as: Int.self, deadline: .after(.seconds(20))) ?? 0
            let range = outcomes.successes...(outcomes.successes + outcomes.uncertain)
            if !range.contains(value) { differences.append("\(key) is \(value), not in \(range)") }
        }
        return differences.sorted()
    }
}
