import Caching

/// Hits in the memory of the process.
struct LocalCacheHits {
    private static let keyCount = 100_000
    /// Hits per second on one thread.
    private static let goal = Goal.valueAtLeast(5_000_000)
    /// Two threads against one, time per hit: what the machine itself adds to two busy cores is allowed for.
    private static let goalOfTwo = Goal.ratioAtMost(1.1)

    private let setting: RedisBenchSetting
    private let cache: LocalCache<Int>
    private let keys = (0..<keyCount).map { "USER_INFO:\(10_000_000_000 + $0)" }

    init(_ setting: RedisBenchSetting) throws {
        self.setting = setting
        self.cache = try LocalCache<Int>(name: "bench")
        for (number, key) in self.keys.enumerated() { self.cache.set(number, forKey: key) }
    }

    func run() async throws {
        for count in [1000, Self.keyCount] {
            let name = "cache.local-hit.\(count)"
            guard self.setting.options.includes(name) else { continue }
            let hits = self.setting.scaled(2_000_000, least: 200_000)
            let isGoal = count == 1000
            let sides: [Turns.Side<Double>] = [
                ("value, one thread", { try await self.time(1, keys: count, hits) { self.values($0, hits) } }),
                ("value, two threads", { try await self.time(2, keys: count, hits) { self.values($0, hits) } }),
                ("get, one thread", { try await self.time(1, keys: count, hits) { try await self.gets($0, hits) } }),
                ("get, two threads", { try await self.time(2, keys: count, hits) { try await self.gets($0, hits) } }),
            ]
            let times = try await Turns.run(self.setting.rounds, sides)
            for (index, word) in [(0, "value(forKey:)"), (2, "get")] {
                let rates = times[index].map { 1 / $0 }
                try self.add(name, "\(word), hits on one thread", "1/s", rates, nil, isGoal ? Self.goal : nil)
                let (one, two) = (times[index].map { $0 * 1e9 }, times[index + 1].map { $0 * 1e9 })
                let goal = isGoal ? Self.goalOfTwo : nil
                try self.add(name, "\(word), time per hit, two threads against one", "ns", two, one, goal)
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

    /// Seconds of one hit, on so many threads at once, each with keys of its own.
    private func time(
        _ threads: Int,
        keys count: Int,
        _ hits: Int,
        _ body: @escaping @Sendable (ArraySlice<String>) async throws -> Int
    ) async throws -> Double {
        let share = count / threads
        return try await withThrowingTaskGroup(of: Duration.self) { group in
            for thread in 0..<threads {
                group.addTask {
                    let start = ContinuousClock.now
                    guard try await body(self.keys[thread * share..<(thread + 1) * share]) == hits else {
                        throw BenchFailure("a key was missing")
                    }
                    return start.duration(to: .now)
                }
            }
            var sum = 0.0
            for try await duration in group { sum += duration.inSeconds }
            return sum / Double(threads * hits)
        }
    }

    private func values(_ keys: ArraySlice<String>, _ hits: Int) -> Int {
        var found = 0
        for round in 0...hits / keys.count {
            for key in keys.prefix(hits - round * keys.count) where self.cache.value(forKey: key) != nil { found += 1 }
        }
        return found
    }

    private func gets(_ keys: ArraySlice<String>, _ hits: Int) async throws -> Int {
        var found = 0
        for round in 0...hits / keys.count {
            for key in keys.prefix(hits - round * keys.count) {
                if try await self.cache.get(key, load: { -1 }) >= 0 { found += 1 }
            }
        }
        return found
    }
}
