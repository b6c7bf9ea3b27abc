import TestKit
import Testing

@testable import Caching

/// Callers that share loads: who loads, who is told, and what happens to those who go.
@Suite struct FlightProperties {
    @Test(arguments: Seed.corpus + [.fresh()])
    func `a missing key is loaded once for all callers of all processes`(seed: Seed) async {
        await expectNoViolation(seed, schedules: 100, Scenarios.setup, Scenarios.missingKey)
    }

    @Test(arguments: [RocksCacheOptions.Consistency.strong, .weak])
    func `a thousand callers share one load`(consistency: RocksCacheOptions.Consistency) async {
        let setup = World.Setup(options: World.options(consistency) { $0.lockExpire = .seconds(5) })
        await expectNoViolation(Seed(1), schedules: 3, setup) { world in
            var calls: [Call<Version?>] = []
            let processes = [try world.process(), try world.process()]
            for number in 0..<1000 {
                let process = processes[number % 2]
                let plan = World.LoadPlan(before: .milliseconds(500))
                calls.append(process.call { _ in try await world.fetch("a", process, plan) })
            }
            for call in calls {
                let value = try await call.result?.get()
                world.expect(value == Version(0), "a caller got \(String(describing: value))")
            }
            world.expect(world.database.runs.count == 1, "there were \(world.database.runs.count) loads")
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `callers that are cancelled do no harm to the others`(seed: Seed) async {
        let storm = Storm(callers: 5, keys: ["a"], writes: 0.2, batches: 0.2, cancellations: 0.5)
        await expectNoViolation(seed, schedules: 200) { try await storm.run($0) }
        let weak = World.Setup(options: World.options(.weak))
        await expectNoViolation(seed, schedules: 100, weak) { try await storm.run($0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `when all callers have gone the loader is cancelled and the lock released`(seed: Seed) async {
        await expectNoViolation(seed, schedules: 150, Scenarios.setup) { world in
            let schedule = world.schedule
            let process = try world.process()
            let isBatch = schedule.chance(0.4)
            let isWaiting = schedule.chance(0.3)
            let holder = try world.process()
            if isWaiting {
                holder.call { _ in try await world.fetch("a", holder, World.LoadPlan(before: .milliseconds(100))) }
                try await world.sleep(.milliseconds(20))
            }
            let plan = World.LoadPlan(before: .seconds(3600))
            let calls = (0..<schedule.int(in: 1...4)).map { _ in
                process.call { _ in
                    let rules = World.Rules(mayBeCancelled: true)
                    guard isBatch else { return try await world.fetch("a", process, plan, rules: rules) }
                    return try await world.fetchBatch(["a", "b"], process, plan, rules: rules)["a"]
                }
            }
            for call in calls {
                try await world.sleep(.microseconds(schedule.int(in: 0...8000)))
                call.cancel()
            }
            await world.finish(calls)
            try await world.sleep(.milliseconds(150))
            let running = world.database.runs.filter { $0.process == process.number && $0.end == nil }
            world.expect(running.isEmpty, "a loader runs for nobody: \(running)")
            let begin = schedule.time
            let other = try world.process()
            try await world.fetch("a", other)
            let duration = schedule.time - begin
            world.expect(duration < .milliseconds(50), "the entry was still held for \(duration)")
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `a call ends at its deadline whatever happens`(seed: Seed) async {
        let faults = ModelServer.Faults(slow: 0.2, slowMax: .seconds(5), requestLost: 0.1, replyLost: 0.1, late: 0.5)
        let storm = Storm(slowLoads: 0.4, shortDeadlines: 0.8, kills: 0.2)
        await expectNoViolation(seed, schedules: 200, World.Setup(faults: faults)) { try await storm.run($0) }
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `a caller does not wait longer for a dead owner than the lock lasts`(seed: Seed) async {
        await expectNoViolation(seed, schedules: 100, Scenarios.setup, Scenarios.deadOwner)
    }
}
