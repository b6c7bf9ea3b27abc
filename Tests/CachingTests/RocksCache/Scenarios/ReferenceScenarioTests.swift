import Logging
import Redis
import ServerRuntime
import Testing

@testable import Caching

/// What the tests of rockscache fix; loaders take 200 ms.
@Suite struct ReferenceScenarioTests {
    private static let slow = World.LoadPlan(before: .milliseconds(100), after: .milliseconds(100))
    private static let modes = [RocksCacheOptions.Consistency.weak, .strong]

    private static func setup(
        _ consistency: RocksCacheOptions.Consistency,
        _ change: (inout RocksCacheOptions) -> Void = { _ in }
    ) -> World.Setup {
        World.Setup(options: World.options(consistency, change))
    }

    @Test(arguments: modes)
    func `S1 two processes that want a missing key share one load`(mode: RocksCacheOptions.Consistency) async {
        await withWorld(Self.setup(mode)) { world in
            let (first, second) = (try world.process(), try world.process())
            let call = first.call { _ in try await world.fetch("a", first, Self.slow) }
            try await world.sleep(.milliseconds(20))
            let begin = world.schedule.time
            let value = try await world.fetch("a", second, Self.slow)
            world.expect(world.schedule.time - begin >= .milliseconds(150), "the second did not wait")
            world.expect(value == Version(0), "the second got \(String(describing: value))")
            world.expect(try await call.result?.get() == Version(0), "the first got another value")
            world.expect(world.database.runs.count == 1, "there were \(world.database.runs.count) loads")
        }
    }

    @Test func `S2 a weak fetch after a tag-delete gets the old value at once and then the new one`() async {
        await withWorld(Self.setup(.weak)) { world in
            let process = try world.process()
            try await world.fetch("a", process, Self.slow)
            world.database.commit("a")
            try await process.cache.tagAsDeleted("a")
            let begin = world.schedule.time
            let old = try await world.fetch("a", process, Self.slow)
            world.expect(old == Version(0), "the first fetch got \(String(describing: old))")
            world.expect(world.schedule.time - begin < .milliseconds(50), "the first fetch waited")
            try await world.sleep(.milliseconds(300))
            let new = try await world.fetch("a", process, Self.slow)
            world.expect(new == Version(1), "the second fetch got \(String(describing: new))")
            world.expect(world.database.runs.count == 2, "there were \(world.database.runs.count) loads")
        }
    }

    @Test func `S3 a strong fetch after a tag-delete waits for the new value`() async {
        await withWorld(Self.setup(.strong)) { world in
            let process = try world.process()
            try await world.fetch("a", process, Self.slow)
            world.database.commit("a")
            try await process.cache.tagAsDeleted("a")
            let begin = world.schedule.time
            let new = try await world.fetch("a", process, Self.slow)
            world.expect(new == Version(1), "the fetch got \(String(describing: new))")
            world.expect(world.schedule.time - begin >= .milliseconds(150), "the fetch did not wait")
            try await world.fetch("a", process, Self.slow)
            world.expect(world.database.runs.count == 2, "there were \(world.database.runs.count) loads")
        }
    }

    @Test(arguments: modes)
    func `S4 after a loader that fails the next fetch loads at once`(mode: RocksCacheOptions.Consistency) async {
        await withWorld(Self.setup(mode)) { world in
            let process = try world.process()
            do {
                try await world.fetch("a", process, World.LoadPlan(before: .milliseconds(200), fails: true))
                world.violate("the error of the loader is lost")
            } catch is ModelDatabase.LoadFailure {}
            let begin = world.schedule.time
            let value = try await world.fetch("a", process, Self.slow)
            world.expect(value == Version(0), "the next fetch got \(String(describing: value))")
            world.expect(world.schedule.time - begin < .milliseconds(250), "the entry was still held")
        }
    }

    @Test(arguments: modes, [false, true])
    func `S5 a caller that waits for another owner can be cancelled`(
        mode: RocksCacheOptions.Consistency,
        isBatch: Bool
    ) async {
        await withWorld(Self.setup(mode)) { world in
            let (owner, waiter) = (try world.process(), try world.process())
            owner.call { _ in try await world.fetch("a", owner, World.LoadPlan(before: .milliseconds(900))) }
            try await world.sleep(.milliseconds(20))
            let call = waiter.call { _ in
                let rules = World.Rules(mayBeCancelled: true)
                guard isBatch else { return try await world.fetch("a", waiter, rules: rules) }
                return try await world.fetchBatch(["a", "b"], waiter, rules: rules)["a"]
            }
            try await world.sleep(.milliseconds(50))
            let begin = world.schedule.time
            call.cancel()
            guard case .failure(let error) = await call.result, error is CancellationError else {
                return world.violate("the caller was not cancelled")
            }
            world.expect(world.schedule.time == begin, "it took \(world.schedule.time - begin)")
        }
    }

    @Test(arguments: modes)
    func `S6 an absent value is kept for its own time, or not at all`(mode: RocksCacheOptions.Consistency) async {
        await withWorld(Self.setup(mode) { $0.emptyExpire = .zero }) { world in
            let process = try world.process()
            world.database.commit("a", isAbsent: true)
            for _ in 0..<3 {
                let value = try await world.fetch("a", process)
                world.expect(value == nil, "an absent row is \(String(describing: value))")
            }
            world.expect(world.database.runs.count == 3, "there were \(world.database.runs.count) loads")
            world.expect(world.server.entry("a") == nil, "something is kept")
        }
        await withWorld(Self.setup(mode) { $0.emptyExpire = .seconds(10) }) { world in
            let process = try world.process()
            world.database.commit("a", isAbsent: true)
            for _ in 0..<3 { try await world.fetch("a", process) }
            world.expect(world.database.runs.count == 1, "there were \(world.database.runs.count) loads")
            world.expect(world.server.entry("a")?.value == [], "absence is not kept")
            try await world.sleep(.milliseconds(10_100))
            try await world.fetch("a", process)
            world.expect(world.database.runs.count == 2, "absence is kept for too long")
        }
    }

    @Test func `S7 an error in the background lets the old value go on and ends the lock`() async {
        await withWorld(Self.setup(.weak)) { world in
            let process = try world.process()
            try await world.fetch("a", process)
            world.database.commit("a")
            try await process.cache.tagAsDeleted("a")
            let old = try await world.fetch("a", process, World.LoadPlan(fails: true))
            world.expect(old == Version(0), "the fetch got \(String(describing: old))")
            try await world.sleep(.milliseconds(50))
            world.expect(world.server.entry("a")?.lockUntil == 0, "the lock is still held")
            try await world.fetch("a", process)
            try await world.sleep(.milliseconds(50))
            let new = try await world.fetch("a", process)
            world.expect(new == Version(1), "the fetch got \(String(describing: new))")
        }
    }

    @Test(arguments: modes)
    func `S8 of two batches that overlap each key is loaded by one`(mode: RocksCacheOptions.Consistency) async {
        await withWorld(Self.setup(mode)) { world in
            let (first, second) = (try world.process(), try world.process())
            let keys = (0..<100).map { "k\($0)" }
            let call = first.call { _ in try await world.fetchBatch(Array(keys[..<60]), first, Self.slow) }
            try await world.sleep(.milliseconds(50))
            let values = try await world.fetchBatch(Array(keys[40...]), second, Self.slow)
            world.expect(values.count == 60, "the second has \(values.count) values")
            world.expect(try await call.result?.get().count == 60, "the first has not all of its values")
            for (number, key) in keys.enumerated() {
                let runs = world.database.runs.filter { $0.key == key }
                world.expect(runs.map(\.process) == [number < 60 ? 0 : 1], "\(key) was loaded by \(runs)")
            }
        }
    }

    @Test func `S9 a weak batch after a tag-delete returns the old values at once`() async {
        await withWorld(Self.setup(.weak)) { world in
            let process = try world.process()
            let keys = (0..<100).map { "k\($0)" }
            try await world.fetchBatch(keys, process)
            for key in keys[40..<60] { world.database.commit(key) }
            try await process.cache.tagAsDeletedBatch(Array(keys[40..<60]))
            let begin = world.schedule.time
            let old = try await world.fetchBatch(keys, process, Self.slow)
            world.expect(world.schedule.time - begin < .milliseconds(200), "the batch waited")
            world.expect(old == Dictionary(uniqueKeysWithValues: keys.map { ($0, Version(0)) }), "the batch is not old")
            try await world.sleep(.milliseconds(300))
            let new = try await world.fetchBatch(keys, process, Self.slow)
            for (number, key) in keys.enumerated() {
                world.expect(new[key] == Version((40..<60).contains(number) ? 1 : 0), "\(key) is old")
            }
        }
    }

    @Test func `S10 strong batches get new values after the entries have ended`() async {
        await withWorld(Self.setup(.strong) { $0.delay = .milliseconds(10) }) { world in
            let (first, second) = (try world.process(), try world.process())
            let keys = (0..<100).map { "k\($0)" }
            try await world.fetchBatch(keys, first)
            for key in keys { world.database.commit(key) }
            // Longer than the entries live.
            try await world.sleep(World.expire)
            let call = first.call { _ in try await world.fetchBatch(Array(keys[..<60]), first, Self.slow) }
            try await world.sleep(.milliseconds(50))
            let values = try await world.fetchBatch(Array(keys[40...]), second, Self.slow)
            world.expect(values.values.allSatisfy { $0 == Version(1) }, "the second batch is old")
            let others = try await call.result?.get() ?? [:]
            world.expect(others.values.allSatisfy { $0 == Version(1) }, "the first batch is old")
            world.expect(values.count == 60 && others.count == 60, "values are missing")
        }
    }

    @Test func `S11 a tag-delete that no replica confirms fails after it was done`() async {
        await withWorld(Self.setup(.strong) { $0.waitReplicas = 1 }) { world in
            let process = try world.process()
            try await world.fetch("a", process)
            world.database.commit("a")
            do {
                try await process.cache.tagAsDeleted("a")
                world.violate("the tag-delete did not fail")
            } catch let error as RocksCacheError {
                world.expect(error.code == .replicasMissing, "it failed with \(error)")
            }
            let value = try await world.fetch("a", process)
            world.expect(value == Version(1), "the fetch got \(String(describing: value))")
        }
    }

    @Test func `S12 of two updates the second is refused and told who holds the entry`() async {
        await withWorld(Scenarios.setup, Scenarios.twoUpdates)
    }

    @Test func `S13 disabled reads always load, disabled tag-deletes do nothing`() async {
        await withWorld(Self.setup(.strong)) { world in
            let direct = try world.process { $0.isCacheReadDisabled = true }
            for _ in 0..<3 { try await world.fetch("a", direct) }
            try await world.fetchBatch(["a", "b"], direct)
            world.expect(world.database.runs.count == 5, "there were \(world.database.runs.count) loads")
            world.expect(world.server.entry("a") == nil, "something was stored")
            let process = try world.process { $0.isCacheDeleteDisabled = true }
            try await world.fetch("a", process)
            try await process.cache.tagAsDeleted("a")
            try await process.cache.tagAsDeletedBatch(["a", "b"])
            world.expect(world.server.entry("a")?.lockUntil == nil, "the entry was tag-deleted")
            world.expect(world.server.entry("b") == nil, "an entry was made")
        }
    }

    @Test func `S14 without a delay or a lock time there is no cache`() async {
        await withWorld { world in
            for change in [{ $0.delay = .zero }, { $0.lockExpire = .zero }] as [(inout RocksCacheOptions) -> Void] {
                do {
                    _ = try world.process(change)
                    world.violate("a cache was made")
                } catch let error as RocksCacheError {
                    world.expect(error.code == .invalidArgument, "it failed with \(error)")
                }
            }
        }
    }
}
