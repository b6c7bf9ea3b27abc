import Redis

/// One caller that waits for each reply.
///
/// A client shared by many tasks hands each call to the thread of its connection and gets the reply from there. What
/// these two hops cost on this machine is measured in C, beside it, and does not count against the Swift side.
struct RedisLatency {
    private enum Side: Int, CaseIterable {
        case c, hops, threadedC, defaultExecutor, clientExecutor
    }

    private static let name = "redis.lone-get"
    /// Microseconds above C and two thread hops.
    private static let goal = Goal.valueAtMost(15)
    /// Microseconds above C, for a caller that needs no hops.
    private static let executorGoal = Goal.valueAtMost(10)

    private let setting: RedisBenchSetting
    private let count: Int

    init(_ setting: RedisBenchSetting) {
        self.setting = setting
        self.count = setting.scaled(10_000, least: 500)
    }

    func run() async throws {
        guard self.setting.options.includes(Self.name) else { return }
        let samples = try await self.setting.withClient { redis in
            try await redis.fill(callers: 1, bytes: 100)
            let (count, port) = (self.count, self.setting.port)
            return try await Turns.run(
                self.setting.rounds,
                [
                    ("C", { try await RedisCBaseline.lone(port: port, count: count) }),
                    ("two thread hops", { try await RedisCBaseline.hops(count: count) }),
                    ("C with a thread", { try await RedisCBaseline.hops(port: port, count: count) }),
                    ("default executor", { try await self.lone(redis, nil) }),
                    ("client's executor", { try await self.lone(redis, redis.executor) }),
                ]
            )
        }
        try self.report(samples)
    }

    private func lone(_ redis: RedisClient, _ executor: (any TaskExecutor)?) async throws -> [Double] {
        let task = Task(executorPreference: executor) {
            var samples: [Double] = []
            samples.reserveCapacity(self.count)
            let (clock, call) = (ContinuousClock(), RedisCalls.get(bytes: 100))
            for _ in 0..<self.count {
                let start = clock.now
                try await call(redis, "bench:0")
                samples.append(start.duration(to: clock.now).inMicroseconds)
            }
            return samples
        }
        return try await task.value
    }

    private func report(_ samples: [[[Double]]]) throws {
        func medians(_ side: Side) -> [Double] { samples[side.rawValue].map(\.median) }
        let (c, hops) = (medians(.c), medians(.hops))
        try self.add("two thread hops in C, median", hops)
        try self.add("C with a thread of its own, median", medians(.threadedC), baseline: c)
        try self.add("default executor, median", medians(.defaultExecutor), baseline: c)
        try self.add("client's executor, median", medians(.clientExecutor), baseline: c)
        let tails = [(Side.defaultExecutor, "default executor"), (.clientExecutor, "client's executor")]
        for (side, name) in tails {
            let tail = samples[side.rawValue].map { $0.percentile(99) }
            try self.add("\(name), 99th percentile", tail, baseline: samples[Side.c.rawValue].map { $0.percentile(99) })
        }
        let above = zip(medians(.defaultExecutor), zip(c, hops)).map { $0 - $1.0 - $1.1 }
        try self.add("default executor above C and two hops", above, goal: Self.goal)
        let aboveC = zip(medians(.clientExecutor), c).map { $0 - $1 }
        try self.add("client's executor above C", aboveC, goal: Self.executorGoal)
    }

    private func add(_ metric: String, _ values: [Double], baseline: [Double]? = nil, goal: Goal? = nil) throws {
        guard let baseline else {
            return try self.setting.report.add(BenchResult(Self.name, metric, unit: "us", values, goal: goal))
        }
        try self.setting.report.add(
            BenchResult(Self.name, metric, unit: "us", values, baseline: baseline, goal: goal)
        )
    }
}
