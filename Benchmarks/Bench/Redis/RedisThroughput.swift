import CRedisBaseline
import Redis

/// Many callers over one connection, 100-byte values.
struct RedisThroughput {
    /// Of the calls that C makes in the same time.
    private static let goal = Goal.ratioAtLeast(0.9)
    private static let valueBytes = 100

    private let setting: RedisBenchSetting

    init(_ setting: RedisBenchSetting) {
        self.setting = setting
    }

    func run() async throws {
        try await self.setting.withClient { redis in
            for callers in [64, 1000] {
                for command in [redis_baseline_set, redis_baseline_get] {
                    let comparison = self.comparison(command, callers)
                    guard self.setting.options.includes(comparison.name) else { continue }
                    try await redis.fill(callers: callers, bytes: Self.valueBytes)
                    try await comparison.run(self.setting, redis)
                }
            }
        }
    }

    private func comparison(_ command: redis_baseline_command, _ callers: Int) -> RedisComparison {
        let load = RedisCBaseline.Load(
            port: self.setting.port,
            callers: callers,
            callsEach: max(1, self.setting.scaled(200_000, least: 4000) / callers),
            command: command,
            valueBytes: Self.valueBytes
        )
        let isSet = command == redis_baseline_set
        return RedisComparison(
            name: "redis.\(isSet ? "set" : "get").\(callers)",
            load: load,
            call: isSet ? RedisCalls.set(bytes: Self.valueBytes) : RedisCalls.get(bytes: Self.valueBytes),
            goal: Self.goal,
            withLockstep: true
        )
    }
}
