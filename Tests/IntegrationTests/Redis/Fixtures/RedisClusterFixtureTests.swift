import ServerRuntime
import TestKit
import Testing

@Suite(
    .enabled(if: RedisServerProcess.isAvailable, "redis-server is not installed"),
    .serialized,
    .timeLimit(.minutes(2))
)
struct RedisClusterFixtureTests {
    @Test func `a slot moves with its keys and can be left in the middle`() async throws {
        var options = RedisClusterFixture.Options()
        options.password = "secret"
        try await RedisClusterFixture.with(options) { cluster in
            let slot = try await cluster.slot(of: "{tag}")
            let source = try await cluster.owner(of: slot)
            let target = try #require(cluster.masters.first { $0.id != source.id })
            for number in 0..<250 { try await source.server.expect("SET", "{tag}\(number)", "\(number)") }

            try await cluster.beginMigration(slot: slot, from: source, to: target)
            #expect(try await cluster.moveKeys(slot: slot, from: source, to: target, atMost: 250) == 250)
            let asked = try await source.server.send(["GET", "{tag}7"])
            #expect(asked == .error("ASK \(slot) 127.0.0.1:\(target.port)"))
            try await cluster.finishMigration(slot: slot, from: source, to: target)
            #expect(try await cluster.owner(of: slot).id == target.id)
            let moved = try await source.server.send(["GET", "{tag}7"])
            #expect(moved == .error("MOVED \(slot) 127.0.0.1:\(target.port)"))
            #expect(try await target.server.send(["GET", "{tag}7"]) == .bulk("7"))

            try await cluster.migrate(slot: slot, to: source)
            #expect(try await source.server.send(["GET", "{tag}249"]) == .bulk("249"))
        }
    }

    @Test func `a replica takes over by order and by election`() async throws {
        var options = RedisClusterFixture.Options()
        options.replicasOfEach = 1
        try await RedisClusterFixture.with(options) { cluster in
            try await cluster.masters[0].server.expect("SET", "{06S}", "x")
            #expect(try await cluster.slot(of: "{06S}") == 0)
            try await cluster.failover(to: cluster.replicas[0])
            #expect(try await cluster.owner(of: 0).id == cluster.replicas[0].id)
            let elected = try await cluster.killOwner(of: 0)
            #expect(elected.id == cluster.masters[0].id)
            #expect(try await elected.server.send(["GET", "{06S}"]) == .bulk("x"))
            try cluster.replicas[0].server.start()
            try await cluster.replicas[0].server.waitUntilReady()
            try await cluster.waitUntilHealthy()
        }
    }

    @Test func `nodes with proxies announce them`() async throws {
        var options = RedisClusterFixture.Options()
        options.hasProxies = true
        try await RedisClusterFixture.with(options) { cluster in
            let moved = try await cluster.masters[1].server.send(["GET", "{06S}"])
            #expect(moved == .error("MOVED 0 127.0.0.1:\(cluster.masters[0].proxy?.port ?? 0)"))
        }
    }
}
