import ServerRuntime
import Synchronization
import TestKit
import Testing

@testable import Redis

@Suite(.timeLimit(.minutes(2))) struct SentinelRouterTests {
    private static let write = RawCommand("INCRBY", [.integer(1)])

    /// Runs `body` beside the router, in virtual time.
    private static func run<Value: Sendable>(
        _ world: SentinelWorld,
        _ router: SentinelRouter<NodeDouble>,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await world.time.whileRunning {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await router.run() }
                defer { group.cancelAll() }
                return try await body()
            }
        }
    }

    private static func world(_ sentinels: Int = 3) -> SentinelWorld {
        let ports = Array(9001..<(9001 + sentinels))
        return SentinelWorld(VirtualTime(seed: Seed(1)), servers: [1, 2, 3], sentinels: ports, master: 1)
    }

    private static func within(_ duration: Duration, _ world: SentinelWorld) -> Deadline {
        Deadline(world.time.now.advanced(by: duration))
    }

    private static func error<Value>(_ body: () async throws(RedisError) -> Value) async -> RedisError? {
        do throws(RedisError) {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test func `commands go to the master that the sentinels name`() async throws {
        let world = Self.world()
        let router = world.router(sentinels: [9001, 9002, 9003])
        let reply = try await Self.run(world, router) {
            try await router.perform(Self.write, deadline: Self.within(.seconds(1), world))
        }
        #expect(reply == .integer(1) && world.appliedCount(1) == 1)
        let closed = await Self.error { () async throws(RedisError) in
            try await router.perform(Self.write, deadline: Self.within(.seconds(1), world))
        }
        #expect(closed?.code == .closed && world.change { $0.closedCount } == 1)
        #expect(await Self.error { () async throws(RedisError) in try await router.run() }?.code == .alreadyRunning)
    }

    @Test func `silent and unreachable sentinels are passed over and the one that answered moves to the front`()
        async throws
    {
        let world = Self.world()
        world.change { state in
            state.sentinels[SentinelWorld.at(9001)]?.isStalled = true
            state.sentinels[SentinelWorld.at(9002)]?.isUp = false
        }
        let router = world.router(sentinels: [9001, 9002, 9003])
        _ = try await Self.run(world, router) {
            try await router.perform(Self.write, deadline: Self.within(.seconds(2), world))
        }
        #expect(world.change { $0.asked } == [9001, 9002, 9003].map(SentinelWorld.at))
        #expect(router.state.withLock { $0.directory.sentinels } == [9003, 9001, 9002].map(SentinelWorld.at))
    }

    @Test func `a killed master is replaced by the one that the sentinels promote`() async throws {
        let world = Self.world()
        let router = world.router(sentinels: [9001, 9002, 9003])
        let reply = try await Self.run(world, router) {
            _ = try await router.perform(Self.write, deadline: Self.within(.seconds(1), world))
            world.change { $0.servers[SentinelWorld.at(1)]?.isUp = false }
            async let waiting = router.perform(RawCommand("INCRBY", [2]), deadline: Self.within(.seconds(20), world))
            try await world.time.sleep(for: .seconds(5))
            world.promote(2, knownTo: [9001, 9002, 9003], epoch: 2)
            return try await waiting
        }
        #expect(reply == .integer(2) && world.appliedCount(2) == 1)
        #expect(world.change { $0.made } == [SentinelWorld.at(1), SentinelWorld.at(2)])
    }

    @Test func `a read-only reply and a switch message each lead to the new master at once`() async throws {
        let world = Self.world()
        let router = world.router(sentinels: [9001, 9002, 9003])
        try await Self.run(world, router) {
            _ = try await router.perform(Self.write, deadline: Self.within(.seconds(1), world))
            try await world.time.sleep(for: .seconds(1))
            world.promote(2, knownTo: [9001, 9002, 9003], epoch: 2, announces: true)
            try await world.time.sleep(for: .milliseconds(300))
            #expect(router.masterAddress == SentinelWorld.at(2))
            world.promote(3, knownTo: [9002], epoch: 3, cuts: false)
            let begin = world.time.now
            _ = try await router.perform(Self.write, deadline: Self.within(.seconds(9), world))
            #expect(begin.duration(to: world.time.now) < .seconds(1))
            #expect(router.masterAddress == SentinelWorld.at(3))
        }
    }

    @Test func `a change that nobody announces is found by asking regularly`() async throws {
        let world = Self.world()
        let router = world.router(sentinels: [9001, 9002, 9003])
        try await Self.run(world, router) {
            _ = try await router.perform(Self.write, deadline: Self.within(.seconds(1), world))
            world.promote(2, knownTo: [9001, 9002, 9003], epoch: 2)
            try await world.time.sleep(for: .seconds(13))
            #expect(router.masterAddress == SentinelWorld.at(2))
            let asked = world.change { $0.asked.count }
            try await world.time.sleep(for: .seconds(100))
            #expect(9...14 ~= world.change { $0.asked.count } - asked, "every 10 s")
        }
    }

    @Test(arguments: [true, false]) func `a sentinel that names the master of the past is overruled`(
        tellsEpoch: Bool
    ) async throws {
        let world = Self.world()
        world.promote(2, knownTo: [9002, 9003], epoch: 2)
        if !tellsEpoch {
            world.change { state in for sentinel in state.sentinels.keys { state.sentinels[sentinel]?.epoch = nil } }
        }
        let router = world.router(sentinels: [9001, 9002, 9003])
        let reply = try await Self.run(world, router) {
            try await router.perform(Self.write, deadline: Self.within(.seconds(2), world))
        }
        #expect(
            reply == .integer(1) && router.state.withLock { $0.directory.sentinels.first } != SentinelWorld.at(9001)
        )
    }

    @Test func `without sentinels calls end at their deadline and name those that were tried`() async throws {
        let world = Self.world(2)
        world.change { state in for sentinel in state.sentinels.keys { state.sentinels[sentinel]?.isUp = false } }
        let router = world.router(sentinels: [9001, 9002])
        let error = try await Self.run(world, router) {
            await Self.error { () async throws(RedisError) in
                try await router.perform(Self.write, deadline: Self.within(.seconds(3), world))
            }
        }
        #expect(error?.code == .deadlineExceeded && error?.mayHaveBeenApplied == false)
        let text = "no sentinel reachable (2 tried: 10.0.0.1:9001: refused; 10.0.0.1:9002: refused)"
        #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
    }

    @Test func `an unknown name fails calls at once, and works as soon as it is known`() async throws {
        let world = Self.world()
        world.change { state in for sentinel in state.sentinels.keys { state.sentinels[sentinel]?.master = nil } }
        let router = world.router(sentinels: [9001, 9002, 9003])
        try await Self.run(world, router) {
            let begin = world.time.now
            let error = await Self.error { () async throws(RedisError) in
                try await router.perform(Self.write, deadline: Self.within(.seconds(60), world))
            }
            #expect(error?.code == .handshakeRefused && begin.duration(to: world.time.now) < .seconds(1))
            #expect(error?.message == "sentinels know no master named mymaster (3 asked)")
            world.promote(1, knownTo: [9001, 9002, 9003], epoch: 1)
            try await world.time.sleep(for: .seconds(2))
            _ = try await router.perform(Self.write, deadline: Self.within(.seconds(1), world))
        }
    }

    @Test func `refusing sentinels are named with their words`() async throws {
        let world = Self.world(1)
        world.change { $0.sentinels[SentinelWorld.at(9001)]?.refusal = "NOAUTH Authentication required." }
        let router = world.router(sentinels: [9001])
        let error = try await Self.run(world, router) {
            await Self.error { () async throws(RedisError) in
                try await router.node(deadline: Self.within(.seconds(60), world))
            }
        }
        #expect(error?.message == "sentinels refuse: 10.0.0.1:9001: NOAUTH Authentication required.")
    }

    @Test func `a pipeline of which a part was carried out is not repeated`() async throws {
        let world = Self.world()
        let router = world.router(sentinels: [9001])
        let read = RawCommand("MULTI")
        #expect(
            MasterRefusal.verdict(
                on: [.status("OK"), .error("READONLY x"), .error("EXECABORT x")],
                to: [read, read, read]
            ) == .repeatable
        )
        #expect(
            MasterRefusal.verdict(on: [.integer(1), .error("READONLY x")], to: [Self.write, Self.write]) == .final
        )
        #expect(
            MasterRefusal.verdict(on: [.status("OK"), .error("READONLY x")], to: [Self.write, Self.write]) == .final
        )
        #expect(MasterRefusal.verdict(on: [.error("WRONGTYPE x")], to: [Self.write]) == .final)
        #expect(!MasterRefusal.isRefusal(.error("READONLY x script: abc, on @user_script:1.")))
        try await Self.run(world, router) {
            let replies = try await router.perform([Self.write, Self.write], deadline: Self.within(.seconds(1), world))
            #expect(replies == [.integer(1), .integer(1)])
        }
    }

    @Test func `calls that wait for a master are limited and end when they are cancelled`() async throws {
        let world = Self.world()
        let router = world.router(sentinels: [9001]) { $0.waitingCallsMax = 2 }
        try await world.time.whileRunning {
            let waiting = (0..<2).map { _ in
                Task {
                    await Self.error { () async throws(RedisError) in
                        try await router.node(deadline: Self.within(.seconds(3600), world))
                    }
                }
            }
            while router.state.withLock({ $0.waiters.count }) < 2 { await Task.yield() }
            let third = await Self.error { () async throws(RedisError) in
                try await router.node(deadline: Self.within(.seconds(3600), world))
            }
            #expect(third?.code == .queueFull)
            for call in waiting { call.cancel() }
            for call in waiting { #expect(await call.value?.code == .cancelled) }
            #expect(router.state.withLock { $0.waiters.isEmpty })
        }
    }

    @Test func `a router that is closed before it runs fails waiting calls`() async throws {
        let world = Self.world()
        let router = world.router(sentinels: [9001])
        let error = try await world.time.whileRunning {
            async let waiting = Self.error { () async throws(RedisError) in
                try await router.node(deadline: Self.within(.seconds(3600), world))
            }
            while router.state.withLock({ $0.waiters.isEmpty }) { await Task.yield() }
            router.close()
            return await waiting
        }
        #expect(error?.code == .closed)
        #expect(await Self.error { () async throws(RedisError) in try await router.run() }?.code == .alreadyRunning)
    }

    @Test func `the router is freed after run`() async throws {
        let world = Self.world()
        weak var weakRouter: SentinelRouter<NodeDouble>?
        do {
            let router = world.router(sentinels: [9001])
            weakRouter = router
            _ = try await Self.run(world, router) {
                try await router.perform(Self.write, deadline: Self.within(.seconds(1), world))
            }
        }
        #expect(weakRouter == nil)
    }
}
