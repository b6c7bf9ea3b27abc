import TestKit
import Testing

@testable import Caching

/// The harness itself: what it says of a schedule is true, and the same each time.
@Suite struct ScheduleTests {
    @Test func `the same seed gives the same schedule`() async {
        let storm = Storm(keys: ["a", "b", "c"], cancellations: 0.3, loaderFailures: 0.2, kills: 0.3)
        let setup = World.Setup(faults: ModelServer.Faults(slow: 0.1, requestLost: 0.05, late: 0.5))
        for number in 1...20 {
            let runs = (1...2).map { _ in
                let schedule = Schedule(Seed(UInt64(number)), isTraced: true)
                let world = World(schedule, setup)
                _ = schedule.run { try? await storm.run(world) }
                world.tearDown()
                return (schedule.fingerprint, schedule.trace)
            }
            #expect(runs[0].0 == runs[1].0, "seed \(number)")
            #expect(runs[0].1 == runs[1].1, "seed \(number)")
        }
    }

    @Test func `different seeds give different schedules`() async {
        let fingerprints = (1...50).map { number in
            let schedule = Schedule(Seed(UInt64(number)))
            let world = World(schedule, World.Setup())
            _ = schedule.run { try? await Storm().run(world) }
            world.tearDown()
            return schedule.fingerprint
        }
        #expect(Set(fingerprints).count == 50)
    }

    @Test func `tasks that wait for each other are a deadlock`() async {
        let finding = await Exploration.finding(Seed(1), schedules: 1, World.Setup()) { world in
            let process = try world.process()
            let other = Call<Void>()
            let call = process.call { _ in _ = await other.result }
            _ = await call.result
        }
        #expect(finding?.violations.first?.hasPrefix("deadlock") == true)
    }

    @Test func `a schedule that goes round in circles is found`() async {
        let finding = await Exploration.finding(Seed(1), schedules: 1, World.Setup()) { world in
            while true { try await world.sleep(.seconds(1)) }
        }
        #expect(finding?.violations.first?.hasPrefix("endless") == true)
    }

    @Test func `the tasks of a dead process never run again`() async {
        await withWorld { world in
            let process = try world.process()
            let call = process.call { _ in
                try await world.sleep(.seconds(1))
                world.violate("a dead process went on")
            }
            try await world.sleep(.milliseconds(10))
            process.kill()
            if let result = await call.result { world.violate("a dead process ended with \(result)") }
            try await world.sleep(.seconds(10))
        }
    }
}
