import ServerRuntime
import Testing

@testable import Caching

/// Entries are compared with their database; only differences that last count.
@Suite struct ConsistencyCheckerTests {
    private static let setup = World.Setup(
        options: World.options {
            $0.consistencyCheckRate = 1
            $0.delay = .seconds(1)
        }
    )

    private static func sample(_ world: World, _ process: ModelProcess) -> ConsistencyChecker.Sample {
        let load = world.loader("a", process)
        return ConsistencyChecker.Sample(key: "a", bytes: Version(0).cacheBytes()) {
            try LoadedValue(try await load(), "a")
        }
    }

    @Test func `an entry that says what the database says is equal`() async {
        await withWorld(Self.setup) { world in
            let process = try world.process()
            try await world.fetch("a", process)
            let outcome = await process.cache.checker.check(Self.sample(world, process))
            world.expect(outcome == .equal, "it is \(outcome)")
            world.expect(world.schedule.time < .seconds(1), "it took \(world.schedule.time)")
        }
    }

    @Test func `a difference that lasts counts`() async {
        await withWorld(Self.setup) { world in
            let process = try world.process()
            // Committed, and never tag-deleted.
            try await process.cache.put("a", Version(0), expire: .seconds(60))
            world.database.commit("a")
            let outcome = await process.cache.checker.check(Self.sample(world, process))
            world.expect(outcome == .different, "it is \(outcome)")
            world.expect(world.schedule.time >= ConsistencyChecker.settleTime, "it took \(world.schedule.time)")
        }
    }

    @Test func `a difference that a tag-delete settles does not count`() async {
        await withWorld(Self.setup) { world in
            let process = try world.process()
            try await process.cache.put("a", Version(0), expire: .seconds(60))
            world.database.commit("a")
            let check = process.call { await $0.checker.check(Self.sample(world, process)) }
            try await world.sleep(.seconds(1))
            try await process.cache.tagAsDeleted("a")
            let outcome = try await check.result?.get()
            world.expect(outcome == .skipped, "it is \(String(describing: outcome))")
        }
    }

    @Test func `an entry that was reloaded meanwhile is not judged`() async {
        await withWorld(Self.setup) { world in
            let process = try world.process()
            world.database.commit("a")
            try await world.fetch("a", process)
            let outcome = await process.cache.checker.check(Self.sample(world, process))
            world.expect(outcome == .skipped, "it is \(outcome)")
        }
    }

    @Test func `a check that cannot load or read is skipped`() async {
        await withWorld(Self.setup) { world in
            let process = try world.process()
            try await world.fetch("a", process)
            world.server.setFaults(ModelServer.Faults(requestLost: 1))
            let outcome = await process.cache.checker.check(Self.sample(world, process))
            world.expect(outcome == .skipped, "it is \(outcome)")
            world.server.setFaults(.none)
            let failing = ConsistencyChecker.Sample(key: "a", bytes: [48]) { throw ModelDatabase.LoadFailure(run: 0) }
            let second = await process.cache.checker.check(failing)
            world.expect(second == .skipped, "it is \(second)")
        }
    }

    @Test func `hits are checked while the cache runs and by the share that was asked for`() async {
        for (rate, loads) in [(1.0, 1 + 10), (0.0, 1)] {
            await withWorld(Self.setup) { world in
                let process = try world.process { $0.consistencyCheckRate = rate }
                let running = process.call { await $0.run() }
                try await world.fetch("a", process)
                for _ in 0..<10 {
                    try await world.fetch("a", process)
                    try await world.sleep(.milliseconds(20))
                }
                world.expect(world.database.runs.count == loads, "there were \(world.database.runs.count) loads")
                running.cancel()
                _ = await running.result
            }
        }
    }

    @Test func `more hits than can be checked are left alone`() async {
        await withWorld(Self.setup) { world in
            let process = try world.process()
            try await world.fetch("a", process)
            for _ in 0..<100 { try await world.fetch("a", process) }
            let running = process.call { await $0.run() }
            try await world.sleep(.seconds(1))
            let checks = world.database.runs.count - 1
            world.expect(checks == ConsistencyChecker.samplesMax, "there were \(checks) checks")
            running.cancel()
            _ = await running.result
        }
    }
}
