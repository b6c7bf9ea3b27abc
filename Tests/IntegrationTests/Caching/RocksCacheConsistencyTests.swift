import Logging
import MetricsTestKit
import Redis
import ServerRuntime
import TestKit
import Testing

@testable import Caching

extension RedisServerSuites {
    /// The check of entries against their database, and the metrics of a cache.
    @Suite(.serialized) struct RocksCacheConsistencyTests {
        private func count(_ metrics: TestMetrics, _ name: String, _ dimension: (String, String)) -> Int64 {
            // A counter that does not exist has counted nothing.
            (try? metrics.expectCounter("im_rocks_cache_\(name)", [dimension]))?.totalValue ?? 0
        }

        @Test func `an entry that stays different from its database is found and logged`() async throws {
            try await RedisServerProcess.with { server in
                try await withRedisClient(server.configuration) { redis in
                    let (metrics, recorder) = (TestMetrics(), LogRecorder())
                    let cache = try RocksCache(
                        redis: redis,
                        options: .test.with { $0.consistencyCheckRate = 1 },
                        logger: Logger(label: "check") { _ in recorder },
                        metrics: metrics
                    )
                    let running = Task { await cache.run() }
                    defer { running.cancel() }
                    let truth = Shared(1)
                    let fetch: @Sendable () async throws -> Int = {
                        let value: TestNumber = try await cache.fetch("k", expire: .test) { TestNumber(truth.value) }
                        return value.number
                    }
                    #expect(try await fetch() == 1)
                    #expect(try await fetch() == 1)
                    let isEqual = try await eventually { self.count(metrics, "checks_total", ("result", "equal")) == 1 }
                    #expect(isEqual)
                    // Somebody forgot the tag-delete.
                    truth.change { $0 = 2 }
                    #expect(try await fetch() == 1)
                    let isFound = try await eventually(within: .seconds(8)) {
                        self.count(metrics, "checks_total", ("result", "different")) == 1
                    }
                    #expect(isFound)
                    let warnings = recorder.lines.value.filter { $0.hasPrefix("warning") }
                    #expect(warnings.count == 1 && warnings[0].contains("k"))
                    #expect(self.count(metrics, "reads_total", ("result", "hit")) == 2)
                    #expect(self.count(metrics, "reads_total", ("result", "miss")) == 1)
                    #expect(self.count(metrics, "loads_total", ("result", "stored")) == 1)
                }
            }
        }

        @Test func `a difference that a tag-delete is about to end does not count`() async throws {
            try await RedisServerProcess.with { server in
                try await withRedisClient(server.configuration) { redis in
                    let metrics = TestMetrics()
                    let cache = try RocksCache(
                        redis: redis,
                        options: .test.with { $0.consistencyCheckRate = 1 },
                        logger: Logger(label: "check"),
                        metrics: metrics
                    )
                    let running = Task { await cache.run() }
                    defer { running.cancel() }
                    let truth = Shared(1)
                    let fetch: @Sendable () async throws -> Int = {
                        let value: TestNumber = try await cache.fetch("k", expire: .test) { TestNumber(truth.value) }
                        return value.number
                    }
                    #expect(try await fetch() == 1)
                    truth.change { $0 = 2 }
                    #expect(try await fetch() == 1)
                    try await Task.sleep(for: .milliseconds(200))
                    try await cache.tagAsDeleted("k")
                    #expect(try await fetch() == 2)
                    let isSkipped = try await eventually(within: .seconds(8)) {
                        self.count(metrics, "checks_total", ("result", "skipped")) == 1
                    }
                    #expect(isSkipped)
                    #expect(self.count(metrics, "checks_total", ("result", "different")) == 0)
                }
            }
        }
    }
}
