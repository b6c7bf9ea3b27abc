import Caching
import Redis

/// Batches of fresh entries against MGET of the same values.
struct CacheBatches {
    private static let keyCount = 500
    private static let valueBytes = 100
    private static let goal = Goal.ratioAtMost(2)

    private let setting: RedisBenchSetting

    init(_ setting: RedisBenchSetting) {
        self.setting = setting
    }

    func run() async throws {
        let name = "cache.batch.\(Self.keyCount)"
        guard self.setting.options.includes(name) else { return }
        try await self.setting.withClient { redis in
            let cache = try RocksCache.forBench(redis)
            try await redis.fill(callers: Self.keyCount, bytes: Self.valueBytes)
            let plain = (0..<Self.keyCount).map { "bench:\($0)" }
            let cached = plain.map { "cached:\($0)" }
            for key in cached { try await cache.put(key, CachedBytes(count: Self.valueBytes), expire: .seconds(3600)) }
            let batches = self.setting.scaled(1000, least: 20)
            let efforts = try await Turns.run(
                self.setting.rounds,
                [
                    ("MGET", { try await Effort.of(batches) { try await self.mget(plain, batches, redis) } }),
                    ("fetchBatch", { try await Effort.of(batches) { try await self.fetch(cached, batches, cache) } }),
                    ("HGETALL", { try await Effort.of(batches) { try await self.hgetall(cached, batches, redis) } }),
                ]
            )
            for (index, side) in [(1, "fetchBatch"), (2, "pipeline of HGETALL")] {
                try self.setting.report.add(
                    BenchResult(
                        name,
                        "time per batch, \(side) against MGET",
                        unit: "us",
                        efforts[index].map { $0.seconds * 1e6 / Double($0.calls) },
                        baseline: efforts[0].map { $0.seconds * 1e6 / Double($0.calls) },
                        goal: index == 1 ? Self.goal : nil
                    )
                )
            }
            try self.setting.report.add(
                BenchResult(
                    name,
                    "processor per batch, fetchBatch against MGET",
                    unit: "us",
                    efforts[1].map(\.processorMicrosecondsPerCall),
                    baseline: efforts[0].map(\.processorMicrosecondsPerCall)
                )
            )
        }
    }

    private func mget(_ keys: [String], _ count: Int, _ redis: RedisClient) async throws {
        for _ in 0..<count {
            let values = try await redis.send(.mget(keys, as: [UInt8].self))
            var found: [String: [UInt8]] = [:]
            found.reserveCapacity(keys.count)
            for (key, value) in zip(keys, values) { found[key] = value }
            guard found.count == keys.count else { throw BenchFailure("MGET: \(found.count) values") }
        }
    }

    private func fetch(_ keys: [String], _ count: Int, _ cache: RocksCache) async throws {
        for _ in 0..<count {
            let found: [String: CachedBytes] = try await cache.fetchBatch(keys, expire: .seconds(3600)) { keys in
                throw BenchFailure("\(keys.count) keys were not cached")
            }
            guard found.count == keys.count else { throw BenchFailure("fetchBatch: \(found.count) values") }
        }
    }

    /// For information: what the commands cost without the cache.
    private func hgetall(_ keys: [String], _ count: Int, _ redis: RedisClient) async throws {
        let commands = keys.map { RedisCommand("HGETALL", [.string($0)]) }
        for _ in 0..<count {
            let replies = try await redis.sendRaw(pipeline: commands)
            guard replies.count == keys.count else { throw BenchFailure("HGETALL: \(replies.count) values") }
        }
    }
}
