import Caching

/// Hits in the memory of the process.
struct LocalCacheHits {
    private static let keyCount = 100_000
    /// Hits per second on one thread.
    private static let goal = Goal.valueAtLeast(5_000_000)
    /// Time per hit of two threads that share a cache, against two threads with a cache each: what the machine itself adds
    /// when both of its cores are busy does not count.
    private static let goalOfTwo = Goal.ratioAtMost(1.1)

    private let setting: RedisBenchSetting
    private let cache: LocalCache<Int>
    private let other: LocalCache<Int>
    private let keys = (0..<keyCount).map { "USER_INFO:\(10_000_000_000 + $0)" }

    init(_ setting: RedisBenchSetting) throws {
        self.setting = setting
        self.cache = try LocalCache<Int>(name: "bench")
        self.other = try LocalCache<Int>(name: "bench")
        for (number, key) in self.keys.enumerated() {
            self.cache.set(number, forKey: key)
            self.other.set(number, forKey: key)
        }
    }

    func run() async throws {
        for count in [1000, Self.keyCount] {
            let name = "cache.local-hit.\(count)"
            guard self.setting.options.includes(name) else { continue }
            let hits = self.setting.scaled(2_000_000, least: 200_000)
            let isGoal = count == 1000
            let (cache, other) = (self.cache, self.other)
            let sides: [Turns.Side<Double>] = [
                ("value, one", { try await self.time([cache], count, hits) { self.values($0, $1, hits) } }),
                ("value, two", { try await self.time([cache, cache], count, hits) { self.values($0, $1, hits) } }),
                ("value, apart", { try await self.time([cache, other], count, hits) { self.values($0, $1, hits) } }),
                ("get, one", { try await self.time([cache], count, hits) { try await self.gets($0, $1, hits) } }),
                (
                    "get, two",
                    { try await self.time([cache, cache], count, hits) { try await self.gets($0, $1, hits) } }
                ),
                (
                    "get, apart",
                    { try await self.time([cache, other], count, hits) { try await self.gets($0, $1, hits) } }
                ),
            ]
            let times = try await Turns.run(self.setting.rounds, sides).map { $0.map { $0 * 1e9 } }
            for (index, word) in [(0, "value(forKey:)"), (3, "get")] {
                let rates = times[index].map { 1e9 / $0 }
                try self.add(name, "\(word), hits on one thread", "1/s", rates, nil, isGoal ? Self.goal : nil)
                let metric = "\(word), time per hit, two threads against"
                try self.add(name, "\(metric) one", "ns", times[index + 1], times[index], nil)
                let goal = isGoal ? Self.goalOfTwo : nil
                try self.add(name, "\(metric) two with a cache each", "ns", times[index + 1], times[index + 2], goal)
            }
        }
    }

    private func add(
        _ name: String,
        _ metric: String,
        _ unit: String,
        _ values: [Double],
        _ baseline: [Double]?,
        _ goal: Goal?
    ) throws {
        let result =
            if let baseline {
                BenchResult(name, metric, unit: unit, values, baseline: baseline, goal: goal)
            } else {
                BenchResult(name, metric, unit: unit, values, goal: goal)
            }
        try self.setting.report.add(result)
    }

    /// Seconds of one hit, on a thread for each of `caches`, each with keys of its own.
    private func time(
        _ caches: [LocalCache<Int>],
        _ count: Int,
        _ hits: Int,
        _ body: @escaping @Sendable (LocalCache<Int>, ArraySlice<String>) async throws -> Int
    ) async throws -> Double {
        let share = count / caches.count
        return try await withThrowingTaskGroup(of: Duration.self) { group in
            for (thread, cache) in caches.enumerated() {
                group.addTask {
                    let start = ContinuousClock.now
                    guard try await body(cache, self.keys[thread * share..<(thread + 1) * share]) == hits else {
                        throw BenchFailure("a key was missing")
                    }
                    return start.duration(to: .now)
                }
            }
            var sum = 0.0
            for try await duration in group { sum += duration.inSeconds }
            return sum / Double(caches.count * hits)
        }
    }

    private func values(_ cache: LocalCache<Int>, _ keys: ArraySlice<String>, _ hits: Int) -> Int {
        var found = 0
        for round in 0...hits / keys.count {
            for key in keys.prefix(hits - round * keys.count) where cache.value(forKey: key) != nil { found += 1 }
        }
        return found
    }

    private func gets(_ cache: LocalCache<Int>, _ keys: ArraySlice<String>, _ hits: Int) async throws -> Int {
        var found = 0
        for round in 0...hits / keys.count {
            for key in keys.prefix(hits - round * keys.count) {
                if try await cache.get(key, load: { -1 }) >= 0 { found += 1 }
            }
        }
        return found
    }
}
