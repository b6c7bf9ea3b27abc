import ServerRuntime
import TestKit
import Testing

@Suite(
    .enabled(if: RedisServerProcess.isAvailable, "redis-server is not installed"),
    .serialized,
    .timeLimit(.minutes(2))
)
struct RedisSentinelFixtureTests {
    @Test func `sentinels replace a killed master`() async throws {
        var options = RedisSentinelFixture.Options()
        options.replicas = 2
        options.password = "secret"
        options.sentinelPassword = "guard"
        try await RedisSentinelFixture.with(options) { group in
            let old = try await group.master()
            #expect(old.port == group.servers[0].port)
            try await old.expect("SET", "key", "value")
            #expect(try await old.expect("WAIT", "2", "5000") == .integer(2))
            let new = try await group.killMaster()
            #expect(new.port != old.port)
            #expect(try await new.send(["GET", "key"]) == .bulk("value"))
            // The old master comes back as a replica.
            try old.start()
            try await old.waitUntilReady()
            try await group.waitUntilHealthy()
            #expect(try await old.info("role") == "slave")
        }
    }

    @Test func `one sentinel fails over by order`() async throws {
        var options = RedisSentinelFixture.Options()
        options.sentinels = 1
        try await RedisSentinelFixture.with(options) { group in
            let new = try await group.failover()
            #expect(new.port == group.servers[1].port)
            #expect(try await group.failover().port == group.servers[0].port)
        }
    }
}
