import ServerRuntime
import Synchronization
import TestKit
import Testing

@testable import Redis

/// Many calls through failovers, cuts and sentinels that lag behind, at random moments of virtual time.
@Suite(.timeLimit(.minutes(5))) struct SentinelRouterProperties {
    private struct Outcome: Sendable {
        let call: Int
        let error: RedisError?
        let reply: RedisValue?
        let late: Duration
    }

    private static let sentinels = [9001, 9002, 9003]

    @Test(arguments: Seed.corpus + [.fresh()])
    func `every call ends in time, nothing is carried out twice, and errors tell the truth`(seed: Seed) async throws {
        var total = (calls: 0, successes: 0, masters: 0)
        for round in 0..<8 {
            let time = VirtualTime(seed: Seed(seed.value &+ UInt64(round) &* 7919))
            let world = SentinelWorld(time, servers: [1, 2, 3], sentinels: Self.sentinels, master: 1)
            world.change { state in
                state.breakPerMille = 50
                if round.isMultiple(of: 2) {
                    for sentinel in state.sentinels.keys { state.sentinels[sentinel]?.epoch = nil }
                }
            }
            let router = world.router(sentinels: Self.sentinels)
            let outcomes = try await time.whileRunning { try await Self.live(world, router) }
            for outcome in outcomes { Self.check(outcome, world, "\(seed), round \(round)") }
            total.calls += outcomes.count
            total.successes += outcomes.count { $0.reply == .integer(Int64($0.call)) }
            total.masters += world.change { $0.made.count }
            let made = world.change { ($0.made.count, $0.closedCount) }
            #expect(made.0 == made.1, "\(seed), round \(round): every node is closed")
        }
        #expect(total.successes * 2 > total.calls, "\(seed): \(total)")
        #expect(total.masters > 16, "\(seed): \(total)")
    }

    private static func check(_ outcome: Outcome, _ world: SentinelWorld, _ comment: String) {
        let count = world.appliedCount(outcome.call)
        #expect(count <= 1, "\(comment): call \(outcome.call) was carried out \(count) times")
        if outcome.reply == .integer(Int64(outcome.call)) { #expect(count == 1, "\(comment): call \(outcome.call)") }
        if let error = outcome.error, !error.mayHaveBeenApplied {
            #expect(count == 0, "\(comment): call \(outcome.call) failed with \(error)")
        }
        if let reply = outcome.reply, MasterRefusal.isRefusal(reply) { #expect(count == 0, "\(comment)") }
        #expect(outcome.late <= .milliseconds(10), "\(comment): call \(outcome.call) was late by \(outcome.late)")
    }

    private static func live(
        _ world: SentinelWorld,
        _ router: SentinelRouter<NodeDouble>
    ) async throws -> [Outcome] {
        try await withThrowingTaskGroup(of: [Outcome].self) { group in
            group.addTask {
                try await router.run()
                return []
            }
            group.addTask {
                try await Self.disturb(world)
                return []
            }
            let callers = 12
            for caller in 0..<callers { group.addTask { try await Self.call(world, router, caller) } }
            var outcomes: [Outcome] = []
            var callersLeft = callers
            while callersLeft > 0, let part = try await group.next() {
                outcomes += part
                if !part.isEmpty { callersLeft -= 1 }
            }
            group.cancelAll()
            try await group.waitForAll()
            return outcomes
        }
    }

    private static func call(
        _ world: SentinelWorld,
        _ router: SentinelRouter<NodeDouble>,
        _ caller: Int
    ) async throws -> [Outcome] {
        var outcomes: [Outcome] = []
        for number in 1...60 {
            let call = caller * 1000 + number
            let deadline = Deadline(world.time.now.advanced(by: .milliseconds(200 + world.time.random(below: 8000))))
            var error: RedisError?
            var reply: RedisValue?
            do throws(RedisError) {
                reply = try await router.perform(RawCommand("INCRBY", [.init(call)]), deadline: deadline)
            } catch let caught {
                error = caught
            }
            let late = deadline.instant.duration(to: world.time.now)
            outcomes.append(Outcome(call: call, error: error, reply: reply, late: late))
            try await world.time.sleep(for: .milliseconds(world.time.random(below: 1000)))
        }
        return outcomes
    }

    /// Failovers, cuts and repairs until it is cancelled.
    private static func disturb(_ world: SentinelWorld) async throws {
        var epoch: Int64 = 1
        // Ends by cancellation.
        while (try? await world.time.sleep(for: .milliseconds(world.time.random(below: 6000)))) != nil {
            let server = SentinelWorld.at(1 + world.time.random(below: 3))
            let sentinel = SentinelWorld.at(Self.sentinels[world.time.random(below: 3)])
            switch world.time.random(below: 6) {
            case 0: world.change { $0.servers[server]?.isUp = false }
            case 1: world.change { state in for server in state.servers.keys { state.servers[server]?.isUp = true } }
            case 2: world.change { $0.sentinels[sentinel]?.isUp.toggle() }
            case 3: world.change { $0.sentinels[sentinel]?.isStalled.toggle() }
            default:
                epoch += 1
                let told = epoch
                world.change { $0.servers[server]?.isUp = true }
                let tells = world.time.random(below: 2) == 0
                let known = Self.sentinels.filter { _ in world.time.random(below: 3) > 0 }
                world.promote(
                    server.port,
                    knownTo: known.isEmpty ? Self.sentinels : known,
                    epoch: told,
                    announces: tells,
                    cuts: world.time.random(below: 2) == 0
                )
                // The others follow a moment later.
                guard (try? await world.time.sleep(for: .seconds(2))) != nil else { return }
                let rest = Self.sentinels.filter { !known.contains($0) }
                world.promote(server.port, knownTo: rest, epoch: told)
            }
        }
    }
}
