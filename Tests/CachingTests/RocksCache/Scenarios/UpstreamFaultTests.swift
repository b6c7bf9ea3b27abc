import Redis
import ServerRuntime
import Testing

@testable import Caching

/// Faults of rockscache and of its use in OpenIM v3.8, each as the schedule that shows it.
@Suite struct UpstreamFaultTests {
    private static let modes = [RocksCacheOptions.Consistency.weak, .strong]

    @Test(arguments: modes)
    func `a placeholder never overwrites what was put meanwhile`(mode: RocksCacheOptions.Consistency) async {
        // A message is in the cache before it is in the database: a reader that looked too early finds nothing there.
        await withWorld(World.Setup(options: World.options(mode))) { world in
            let (reader, writer) = (try world.process(), try world.process())
            let key = "message"
            world.database.commit(key, isAbsent: true)
            let plan = World.LoadPlan(before: .milliseconds(10), after: .milliseconds(200))
            let early = reader.call { cache in
                let load = world.loader(key, reader, plan)
                return try await cache.fetch(key, expire: World.expire, load: load)
            }
            try await world.sleep(.milliseconds(100))
            try await writer.cache.put(key, Version(7), expire: World.expire)
            _ = await early.result
            let kept = try await writer.cache.peek(key, as: Version.self)
            world.expect(kept == Version(7), "the cache holds \(String(describing: kept))")
            let load = world.loader(key, reader)
            let value: Version? = try await reader.cache.fetch(key, expire: World.expire, load: load)
            world.expect(value == Version(7), "a reader gets \(String(describing: value))")
        }
    }

    @Test(arguments: modes, [false, true])
    func `who waits for a dead owner waits longer than the lock lasts`(
        mode: RocksCacheOptions.Consistency,
        isBatch: Bool
    ) async {
        let setup = World.Setup(options: World.options(mode) { $0.lockExpire = .seconds(11) })
        await withWorld(setup) { world in
            let (dead, alive) = (try world.process(), try world.process())
            dead.call { _ in try await world.fetch("a", dead, World.LoadPlan(before: .seconds(3600))) }
            try await world.sleep(.milliseconds(20))
            dead.kill()
            let begin = world.schedule.time
            let values =
                isBatch
                ? try await world.fetchBatch(["a"], alive) : try await world.fetch("a", alive).map { ["a": $0] } ?? [:]
            let duration = world.schedule.time - begin
            world.expect(values == ["a": Version(0)], "it got \(values)")
            world.expect(duration > .seconds(10), "the lock was taken after \(duration)")
        }
    }

    @Test func `the tokens of owners are made by the processes and differ between them`() async {
        var tokens: Set<String> = []
        for _ in 0..<10_000 { tokens.insert(CacheEnvironment.live.newOwner()) }
        #expect(tokens.count == 10_000)
        #expect(tokens.allSatisfy { !$0.hasPrefix(EntryScripts.updatePrefix) && $0.utf8.count >= 16 })
        await withWorld { world in
            let processes = [try world.process(), try world.process()]
            for process in processes {
                for key in ["a", "b"] {
                    try await world.fetch(key, process)
                    try await process.cache.tagAsDeleted(key)
                }
                try await world.fetchBatch(["a", "b"], process)
            }
            let owners = world.server.owners
            world.expect(owners.count == 4, "the owners were \(owners.sorted())")
            world.expect(owners.allSatisfy { $0.hasPrefix("p") }, "the owners were \(owners.sorted())")
        }
    }

    @Test(arguments: modes)
    func `a batch that loses one lock stores the others`(mode: RocksCacheOptions.Consistency) async {
        await withWorld(World.Setup(options: World.options(mode))) { world in
            let (loader, writer) = (try world.process(), try world.process())
            let keys = ["a", "b", "c", "d"]
            let plan = World.LoadPlan(before: .milliseconds(50), after: .milliseconds(50))
            let call = loader.call { _ in try await world.fetchBatch(keys, loader, plan) }
            try await world.sleep(.milliseconds(80))
            world.database.commit("b")
            try await writer.cache.tagAsDeleted("b")
            _ = await call.result
            for key in keys {
                let entry = world.server.entry(key)
                world.expect(entry?.lockOwner == nil, "\(key) is still held")
                world.expect((entry?.value != nil) == (key != "b"), "\(key) is \(String(describing: entry))")
            }
            let begin = world.schedule.time
            let values = try await world.fetchBatch(keys, writer)
            world.expect(values["b"] == Version(1), "b is \(String(describing: values["b"]))")
            world.expect(world.schedule.time - begin < .milliseconds(50), "keys were blocked")
        }
    }

    @Test(arguments: [Duration.seconds(-3600), .seconds(3600)])
    func `a process whose clock is wrong does not take over a lock that stands`(error: Duration) async {
        await withWorld(Scenarios.setup) { world in
            let (owner, wrong) = (try world.process(), try world.process(clockError: error))
            owner.call { _ in try await world.fetch("a", owner, World.LoadPlan(before: .seconds(2))) }
            try await world.sleep(.milliseconds(20))
            let value = try await world.fetch("a", wrong)
            world.expect(value == Version(0), "it got \(String(describing: value))")
            world.expect(world.database.runs.count == 1, "there were \(world.database.runs.count) loads")
        }
    }

    @Test(arguments: [Duration.seconds(-3600), .seconds(3600)])
    func `a process whose clock is wrong holds its lock as long as others`(error: Duration) async {
        await withWorld(Scenarios.setup) { world in
            let (owner, wrong) = (try world.process(), try world.process(clockError: error))
            let call = wrong.call { _ in try await world.fetch("a", wrong, World.LoadPlan(before: .seconds(4))) }
            try await world.sleep(.milliseconds(20))
            try await world.fetch("a", owner)
            _ = await call.result
            world.expect(world.database.runs.count == 1, "there were \(world.database.runs.count) loads")
        }
    }

    @Test func `a weak batch omits no entry that others reload`() async {
        await withWorld(World.Setup(options: World.options(.weak))) { world in
            let (reader, other) = (try world.process(), try world.process())
            let keys = ["a", "b", "c", "d"]
            try await world.fetchBatch(["a", "b"], reader)
            try await reader.cache.tagAsDeletedBatch(["a", "b"])
            // a: old, and reloaded by another; b: old; c: first loaded by another; d: missing.
            other.call { _ in try await world.fetch("a", other, World.LoadPlan(before: .milliseconds(300))) }
            other.call { _ in try await world.fetch("c", other, World.LoadPlan(before: .milliseconds(300))) }
            try await world.sleep(.milliseconds(30))
            let values = try await world.fetchBatch(keys, reader)
            world.expect(values.keys.sorted() == keys, "the batch has only \(values.keys.sorted())")
            try await reader.cache.tagAsDeletedBatch(keys)
            let again = try await world.fetchBatch(keys, reader)
            world.expect(again.keys.sorted() == keys, "the second batch has only \(again.keys.sorted())")
        }
    }

    @Test(arguments: modes)
    func `the error of a loader ends its batch and frees the keys`(mode: RocksCacheOptions.Consistency) async {
        await withWorld(World.Setup(options: World.options(mode))) { world in
            let process = try world.process()
            do {
                let plan = World.LoadPlan(before: .milliseconds(10), fails: true)
                let values = try await world.fetchBatch(["a", "b", "c"], process, plan)
                world.violate("the batch returned \(values)")
            } catch is ModelDatabase.LoadFailure {}
            for key in ["a", "b", "c"] {
                world.expect(world.server.entry(key)?.lockUntil == 0, "\(key) is still held")
            }
            let begin = world.schedule.time
            let values = try await world.fetchBatch(["a", "b", "c"], process)
            world.expect(values.count == 3, "the next batch has \(values.count) values")
            world.expect(world.schedule.time - begin < .milliseconds(50), "keys were blocked")
        }
    }

    @Test func `an update whose lock ended leaves no old value behind`() async {
        await withWorld(Scenarios.setup, Scenarios.lostUpdate)
    }

    @Test func `an update whose process died holds up readers only as long as its lease`() async {
        await withWorld(Scenarios.setup) { world in
            let (dead, alive) = (try world.process(), try world.process())
            try await world.fetch("a", alive)
            dead.call { cache in
                try await cache.withUpdateLock("a", owner: "A", lease: .seconds(4)) {
                    try await world.sleep(.seconds(3600))
                }
            }
            try await world.sleep(.seconds(20))
            dead.kill()
            world.database.commit("a")
            let begin = world.schedule.time
            let value = try await world.fetch("a", alive)
            let duration = world.schedule.time - begin
            world.expect(value == Version(1), "the reader got \(String(describing: value))")
            world.expect(duration > .seconds(2), "the lock did not hold: \(duration)")
            world.expect(duration < .milliseconds(6100), "the reader waited \(duration)")
        }
    }

    @Test func `the release of an owner that came too late takes nothing from the next one`() async {
        await withWorld(Scenarios.setup, Scenarios.lateRelease)
    }

    @Test func `an old value does not live longer however often it is tag-deleted`() async {
        await withWorld(World.Setup(options: World.options(.weak))) { world in
            let process = try world.process()
            try await world.fetch("a", process)
            for _ in 0..<4 {
                world.database.commit("a")
                try await process.cache.tagAsDeleted("a")
                try await world.sleep(.milliseconds(600))
            }
            let value = try await world.fetch("a", process)
            world.expect(value == Version(4), "a reader got \(String(describing: value))")
        }
    }
}
