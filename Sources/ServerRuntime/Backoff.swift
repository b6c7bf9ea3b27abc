/// Delays between tries: exponential, capped, with full jitter.
///
/// Full jitter (a random share of the whole step) keeps many clients of one restarted server from returning in step.
public struct Backoff: Sendable, Hashable {
    /// The upper bound of the first delay.
    public var initial: Duration
    /// The upper bound of every delay.
    public var maximum: Duration

    /// A back-off from `initial`, doubling up to `maximum`.
    public init(initial: Duration = .milliseconds(50), maximum: Duration = .seconds(5)) {
        self.initial = initial
        self.maximum = maximum
    }

    /// The delay before try `attempt` (1 = first retry), drawn from `generator`.
    ///
    /// - Parameters:
    ///   - attempt: the number of failed tries so far, at least 1.
    ///   - generator: where the jitter comes from.
    /// - Returns: between half of the step and the step, so that a retry never follows at once.
    public func delay(attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let doublings = min(max(attempt, 1) - 1, 30)
        let step = min(self.initial * (1 << doublings), self.maximum)
        return step * Double.random(in: 0.5...1, using: &generator)
    }

    /// The delay before try `attempt` with the system's generator.
    public func delay(attempt: Int) -> Duration {
        var generator = SystemRandomNumberGenerator()
        return self.delay(attempt: attempt, using: &generator)
    }
}
