import Glibc

/// What a piece of work took.
struct Effort: Sendable {
    /// How many calls were made.
    let calls: Int
    /// Wall time.
    let seconds: Double
    /// Processor time of this process, user and system.
    let processorSeconds: Double

    var callsPerSecond: Double { Double(self.calls) / self.seconds }
    var processorMicrosecondsPerCall: Double { self.processorSeconds * 1e6 / Double(self.calls) }

    /// Measures `body`, which makes `calls` calls.
    static func of(_ calls: Int, _ body: () async throws -> Void) async rethrows -> Effort {
        let (clock, start, processor) = (ContinuousClock(), ContinuousClock.now, self.processorSeconds())
        try await body()
        return Effort(
            calls: calls,
            seconds: start.duration(to: clock.now).inSeconds,
            processorSeconds: self.processorSeconds() - processor
        )
    }

    /// Processor time of this process so far, user and system.
    static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}
