import CRedisBaseline

/// The C side, each piece of work on a thread of its own.
enum RedisCBaseline {
    /// What C is asked to do.
    struct Load: Sendable {
        var port: Int32
        var callers: Int
        var callsEach: Int
        var connections = 1
        var command: redis_baseline_command
        var valueBytes = 0
        /// The digest of the script.
        var script = ""

        var calls: Int { self.callers * self.callsEach }
    }

    /// Callers that each send their next command in the callback of their last one.
    static func concurrent(_ load: Load) async throws -> Effort {
        try await self.run(load, redis_baseline_run_async)
    }

    /// Pipelines of as many commands as there are callers.
    static func lockstep(_ load: Load) async throws -> Effort {
        try await self.run(load, redis_baseline_run_lockstep)
    }

    private typealias Work =
        @Sendable (
            UnsafePointer<redis_baseline_load>?, UnsafeMutablePointer<redis_baseline_outcome>?
        ) -> Bool

    private static func run(_ load: Load, _ work: @escaping Work) async throws -> Effort {
        try await onThread {
            var outcome = redis_baseline_outcome()
            let isFine = load.script.withCString { script in
                var raw = redis_baseline_load(
                    port: load.port,
                    callers: Int32(clamping: load.callers),
                    connections: Int32(clamping: load.connections),
                    calls_each: load.callsEach,
                    command: load.command,
                    value_bytes: load.valueBytes,
                    script: script
                )
                return work(&raw, &outcome)
            }
            guard isFine else { throw BenchFailure("C: \(outcome.message)") }
            return Effort(calls: load.calls, seconds: outcome.seconds, processorSeconds: outcome.processor_seconds)
        }
    }

    /// Durations in microseconds of `count` GETs, one after the other, with the blocking API.
    static func lone(port: Int32, count: Int) async throws -> [Double] {
        try await self.samples(count) { redis_baseline_run_lone(port, count, $0, &$1) }
    }

    /// Durations in microseconds of `count` requests to another thread, which sends a GET if there is a port.
    static func hops(port: Int32 = 0, count: Int) async throws -> [Double] {
        try await self.samples(count) { redis_baseline_run_hops(port, count, $0, &$1) }
    }

    private static func samples(
        _ count: Int,
        _ work: @escaping @Sendable (UnsafeMutablePointer<Double>?, inout redis_baseline_outcome) -> Bool
    ) async throws -> [Double] {
        try await onThread {
            var (outcome, isFine) = (redis_baseline_outcome(), false)
            let samples = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
                isFine = work(buffer.baseAddress, &outcome)
                initialized = isFine ? count : 0
            }
            guard isFine else { throw BenchFailure("C: \(outcome.message)") }
            return samples
        }
    }
}

extension redis_baseline_outcome {
    /// Why it failed.
    var message: String {
        withUnsafeBytes(of: self.error) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
