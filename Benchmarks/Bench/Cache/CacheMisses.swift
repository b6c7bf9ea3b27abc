import Caching
import Synchronization

/// Many callers of one key that is not cached.
struct CacheMisses {
    private static let callers = 1000
    /// Milliseconds from the loader's return to the last caller's.
    private static let goal = Goal.valueAtMost(5)

    private let setting: RedisBenchSetting

    init(_ setting: RedisBenchSetting) {
        self.setting = setting
    }

    func run() async throws {
        let name = "cache.cold.\(Self.callers)"
        guard self.setting.options.includes(name) else { return }
        try await self.setting.withClient { redis in
            let cache = try RocksCache.forBench(redis)
            var waits: [Double] = []
            for round in 0...(self.setting.rounds * 3) {
                let wait = try await self.wait(cache, key: "cold:\(round)")
                // The first one teaches the server the scripts.
                if round > 0 { waits.append(wait) }
            }
            try self.setting.report.add(
                BenchResult(name, "loader's return to the last caller's", unit: "ms", waits, goal: Self.goal)
            )
        }
    }

    /// Milliseconds from the return of the loader, which must be called once, until all callers have the value.
    private func wait(_ cache: RocksCache, key: String) async throws -> Double {
        let loads = Loads()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.callers {
                group.addTask {
                    let value: CachedBytes = try await cache.fetch(key, expire: .seconds(3600)) {
                        // Long enough for all callers to come.
                        try await Task.sleep(for: .milliseconds(100))
                        loads.returns.withLock { $0.append(.now) }
                        return CachedBytes(count: 100)
                    }
                    guard value.bytes.count == 100 else { throw BenchFailure("\(key): wrong length") }
                }
            }
            try await group.waitForAll()
            let end = ContinuousClock.now
            let returns = loads.returns.withLock { $0 }
            guard returns.count == 1 else { throw BenchFailure("the loader was called \(returns.count) times") }
            return returns[0].duration(to: end).inSeconds * 1000
        }
    }
}

/// When the loader returned, for each of its calls.
private final class Loads: Sendable {
    let returns = Mutex<[ContinuousClock.Instant]>([])
}
