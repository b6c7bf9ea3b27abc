/// Time and chance, injected so that tests can decide about both.
struct SentinelClock: Sendable {
    var now: @Sendable () -> ContinuousClock.Instant
    /// Returns at the instant, or throws when the task is cancelled.
    var sleep: @Sendable (ContinuousClock.Instant) async throws -> Void
    /// 64 random bits.
    var randomBits: @Sendable () -> UInt64

    static let system = SentinelClock(
        now: { ContinuousClock.now },
        sleep: { try await Task.sleep(until: $0, clock: .continuous) },
        randomBits: { UInt64.random(in: .min ... .max) }
    )

    var generator: Generator { Generator(bits: self.randomBits) }

    /// Between 0.8 and 1.2 of `interval`, so that many clients do not ask in step.
    func jittered(_ interval: Duration) -> Duration {
        var generator = self.generator
        return interval * Double.random(in: 0.8...1.2, using: &generator)
    }

    /// The injected chance in the shape that the standard library takes.
    struct Generator: RandomNumberGenerator {
        let bits: @Sendable () -> UInt64

        mutating func next() -> UInt64 { self.bits() }
    }
}
