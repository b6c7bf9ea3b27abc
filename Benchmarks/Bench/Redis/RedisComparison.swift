import Redis

/// One kind of call, measured in Swift on both executors and in C.
struct RedisComparison: Sendable {
    let name: String
    let load: RedisCBaseline.Load
    let call: RedisCallers.Call
    /// For the throughput of both executors.
    var goal: Goal?
    /// Whether C's pipelines in lockstep are measured as well, for information.
    var withLockstep = false

    /// Measures in turns and adds the results.
    func run(_ setting: RedisBenchSetting, _ redis: RedisClient) async throws {
        let callers = RedisCallers(
            redis: redis,
            callers: self.load.callers,
            callsEach: self.load.callsEach,
            call: self.call
        )
        var sides: [Turns.Side<Effort>] = [
            ("C", { try await RedisCBaseline.concurrent(self.load) }),
            ("default executor", { try await callers.run(on: nil) }),
            ("client's executor", { try await callers.run(on: redis.executor) }),
        ]
        if self.withLockstep { sides.append(("C in lockstep", { try await RedisCBaseline.lockstep(self.load) })) }
        let efforts = try await Turns.run(setting.rounds, sides)
        for (side, measured) in zip(sides, efforts).dropFirst() {
            let isSwift = side.name.hasSuffix("executor")
            try self.add(setting, "calls, \(side.name)", "1/s", measured, efforts[0], isSwift ? self.goal : nil) {
                $0.callsPerSecond
            }
            try self.add(setting, "processor per call, \(side.name)", "us", measured, efforts[0], nil) {
                $0.processorMicrosecondsPerCall
            }
        }
    }

    private func add(
        _ setting: RedisBenchSetting,
        _ metric: String,
        _ unit: String,
        _ measured: [Effort],
        _ baseline: [Effort],
        _ goal: Goal?,
        _ value: (Effort) -> Double
    ) throws {
        try setting.report.add(
            BenchResult(
                self.name,
                metric,
                unit: unit,
                measured.map(value),
                baseline: baseline.map(value),
                goal: goal
            )
        )
    }
}
