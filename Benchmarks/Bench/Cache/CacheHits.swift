import Caching
import Redis

/// Fetches of fresh entries against GETs of the same values.
struct CacheHits {
    private static let valueBytes = 100
    private static let goal = Goal.ratioAtMost(1.3)

    private let setting: RedisBenchSetting

    init(_ setting: RedisBenchSetting) {
        self.setting = setting
    }

    func run() async throws {
        for callers in [1, 64] {
            let name = "cache.hit.\(callers)"
            guard self.setting.options.includes(name) else { continue }
            try await self.setting.withClient { redis in
                try await self.measure(name, redis, try RocksCache.forBench(redis), callers: callers)
            }
        }
    }

    private func measure(_ name: String, _ redis: RedisClient, _ cache: RocksCache, callers: Int) async throws {
        try await redis.fill(callers: callers, bytes: Self.valueBytes)
        for caller in 0..<callers {
            try await cache.put(
                Self.key("bench:\(caller)"),
                CachedBytes(count: Self.valueBytes),
                expire: .seconds(3600)
            )
        }
        let calls = self.setting.scaled(callers == 1 ? 30_000 : 200_000, least: 50 * callers) / callers
        let gets = RedisCallers(
            redis: redis,
            callers: callers,
            callsEach: calls,
            call: RedisCalls.get(bytes: Self.valueBytes)
        )
        let fetches = RedisCallers(redis: redis, callers: callers, callsEach: calls) { _, key in
            let value: CachedBytes = try await cache.fetch(Self.key(key), expire: .seconds(3600)) {
                throw BenchFailure("\(key) was not cached")
            }
            guard value.bytes.count == Self.valueBytes else { throw BenchFailure("\(key): wrong length") }
        }
        let efforts = try await Turns.run(
            self.setting.rounds,
            [("GET", { try await gets.run(on: nil) }), ("fetch", { try await fetches.run(on: nil) })]
        )
        let (get, fetch) = (efforts[0], efforts[1])
        try self.setting.report.add(
            BenchResult(
                name,
                "time per fetch, against GET",
                unit: "us",
                fetch.map { $0.seconds * 1e6 / Double($0.calls) },
                baseline: get.map { $0.seconds * 1e6 / Double($0.calls) },
                goal: Self.goal
            )
        )
        try self.setting.report.add(
            BenchResult(
                name,
                "processor per fetch, against GET",
                unit: "us",
                fetch.map(\.processorMicrosecondsPerCall),
                baseline: get.map(\.processorMicrosecondsPerCall)
            )
        )
    }

    private static func key(_ key: String) -> String { "cached:\(key)" }
}
