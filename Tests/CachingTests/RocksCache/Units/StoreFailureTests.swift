import ServerRuntime
import TestKit
import Testing

@testable import Caching

/// What fetches do when Redis does not answer.
@Suite struct StoreFailureTests {
    private static func setup(_ failure: RocksCacheOptions.StoreFailure) -> World.Setup {
        World.Setup(options: World.options { $0.storeFailure = failure })
    }

    /// Every request hangs until its deadline.
    private static let hanging = ModelServer.Faults(slow: 1, slowMax: .seconds(86_400))

    @Test(arguments: [false, true])
    func `a fetch fails when Redis fails, or loads if it was told so`(isBatch: Bool) async {
        for failure in [RocksCacheOptions.StoreFailure.fail, .load] {
            await withWorld(Self.setup(failure)) { world in
                let process = try world.process()
                world.server.setFaults(ModelServer.Faults(requestLost: 1))
                do {
                    let values =
                        isBatch
                        ? try await world.fetchBatch(["a", "b"], process)
                        : try await world.fetch("a", process).map { ["a": $0] } ?? [:]
                    world.expect(failure == .load, "it got \(values)")
                    world.expect(values.count == (isBatch ? 2 : 1), "it got \(values)")
                } catch let error as RocksCacheError {
                    world.expect(failure == .fail && error.code == .store, "it failed with \(error)")
                    world.expect(error.keys == (isBatch ? ["a", "b"] : ["a"]), "the keys are \(error.keys)")
                }
            }
        }
    }

    @Test func `without a connection nobody waits for Redis who can load`() async {
        await withWorld(Self.setup(.load)) { world in
            let process = try world.process()
            world.server.setFaults(Self.hanging)
            world.server.setReachable(false)
            try await world.fetch("a", process)
            world.expect(world.schedule.time < .milliseconds(50), "it took \(world.schedule.time)")
        }
    }

    @Test(arguments: [RocksCacheOptions.StoreFailure.fail, .load], [false, true])
    func `a fetch whose deadline passes while Redis hangs says so and loads nothing`(
        failure: RocksCacheOptions.StoreFailure,
        isBatch: Bool
    ) async {
        await withWorld(Self.setup(failure)) { world in
            let process = try world.process()
            world.server.setFaults(Self.hanging)
            let deadline = process.now() + .milliseconds(300)
            do {
                if isBatch {
                    try await world.fetchBatch(["a", "b"], process, deadline: deadline)
                } else {
                    try await world.fetch("a", process, deadline: deadline)
                }
                world.violate("it got a value")
            } catch let error as RocksCacheError {
                world.expect(error.code == .deadlineExceeded, "it failed with \(error)")
            }
            world.expect(world.database.runs.isEmpty, "it was loaded after the deadline")
        }
    }

    @Test(arguments: [false, true])
    func `a loader that takes the place of Redis is bound by the deadline too`(isBatch: Bool) async {
        await withWorld(Self.setup(.load)) { world in
            let process = try world.process()
            world.server.setReachable(false)
            let plan = World.LoadPlan(before: .seconds(60))
            let deadline = process.now() + .seconds(2)
            do {
                if isBatch {
                    try await world.fetchBatch(["a", "b"], process, plan, deadline: deadline)
                } else {
                    try await world.fetch("a", process, plan, deadline: deadline)
                }
                world.violate("it got a value")
            } catch let error as RocksCacheError {
                world.expect(error.code == .deadlineExceeded, "it failed with \(error)")
            }
            try await world.sleep(.milliseconds(1))
            let isCancelled = world.database.runs.allSatisfy(\.wasCancelled)
            world.expect(isCancelled && !world.database.runs.isEmpty, "the loader goes on: \(world.database.runs)")
        }
    }

    @Test func `a batch that cannot take all of its keys gives back those that it took`() async {
        await withWorld(Scenarios.setup) { world in
            let (process, other) = (try world.process(), try world.process())
            let keys = (0..<20).map { "k\($0)" }
            let call = process.call { _ in try await world.fetchBatch(keys, process) }
            // All are read, and about to be acquired: from now on some keys fail.
            while world.server.owners.isEmpty { try await world.sleep(.microseconds(10)) }
            world.server.setFaults(ModelServer.Faults(slow: 0, keyFails: 0.3))
            guard case .failure? = await call.result else { return }
            world.expect(world.database.runs.isEmpty, "some were loaded")
            world.server.setFaults(.none)
            try await world.sleep(.milliseconds(20))
            let begin = world.schedule.time
            let values = try await world.fetchBatch(keys, other)
            world.expect(values.count == 20, "there are \(values.count) values")
            let duration = world.schedule.time - begin
            world.expect(duration < .milliseconds(100), "keys were blocked for \(duration)")
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `loads that take the place of Redis keep the promises`(seed: Seed) async {
        var setup = Self.setup(.load)
        setup.faults = ModelServer.Faults(slow: 0.1, requestLost: 0.1, replyLost: 0.1, late: 0.5)
        let storm = Storm(cancellations: 0.2, shortDeadlines: 0.5)
        await expectNoViolation(seed, schedules: 100, setup) { try await storm.run($0) }
    }
}
