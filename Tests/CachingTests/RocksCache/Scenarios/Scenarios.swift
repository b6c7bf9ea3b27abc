import ServerRuntime

@testable import Caching

/// What more than one test runs: with all checks in place, and with one of them taken out.
enum Scenarios {
    /// Locks that outlast everything here that is not dead.
    static let setup = World.Setup(options: World.options { $0.lockExpire = .seconds(5) })

    /// Callers of three processes want one key that nobody has loaded.
    static let missingKey: Exploration.Scenario = { world in
        var calls: [Call<Version?>] = []
        for _ in 0..<3 {
            let process = try world.process()
            for _ in 0..<8 {
                let plan = World.LoadPlan(before: .milliseconds(20), after: .milliseconds(20))
                let isBatch = world.schedule.chance(0.3)
                calls.append(
                    process.call { _ in
                        try await world.sleep(.milliseconds(world.schedule.int(in: 0...60)))
                        guard isBatch else { return try await world.fetch("a", process, plan) }
                        return try await world.fetchBatch(["a"], process, plan)["a"]
                    }
                )
            }
        }
        for call in calls {
            let value = try await call.result?.get()
            world.expect(value == Version(0), "a caller got \(String(describing: value))")
        }
        world.expect(world.database.runs.count == 1, "there were \(world.database.runs.count) loads")
    }

    /// The owner of an entry dies while it loads.
    static let deadOwner: Exploration.Scenario = { world in
        let dead = try world.process()
        let alive = try world.process()
        let isBatch = world.schedule.chance(0.5)
        dead.call { _ in try await world.fetch("a", dead, World.LoadPlan(before: .seconds(3600))) }
        try await world.sleep(.milliseconds(world.schedule.int(in: 0...20)))
        dead.kill()
        let begin = world.schedule.time
        if isBatch {
            try await world.fetchBatch(["a", "b"], alive)
        } else {
            try await world.fetch("a", alive)
        }
        let options = alive.cache.options
        // Redis counts whole seconds, and a waiter looks once a second while it listens.
        let bound = options.lockExpire + .seconds(1) + .seconds(1) + .milliseconds(50)
        let duration = world.schedule.time - begin
        world.expect(duration <= bound, "I5: it took \(duration)")
    }

    /// A loader fails after another process has taken the entry over: it must not give back what is not its own.
    static let lateRelease: Exploration.Scenario = { world in
        let (slow, next, third) = (try world.process(), try world.process(), try world.process())
        let lost = slow.call { _ in
            try await world.fetch("a", slow, World.LoadPlan(before: .milliseconds(6500), fails: true))
        }
        try await world.sleep(.milliseconds(6100))
        let taker = next.call { _ in
            try await world.fetch("a", next, World.LoadPlan(before: .seconds(2)))
        }
        _ = await lost.result
        try await world.sleep(.milliseconds(10))
        world.expect(world.server.entry("a")?.lockOwner?.hasPrefix("p1") == true, "the new owner has lost the entry")
        try await world.fetch("a", third)
        world.expect(try await taker.result?.get() == Version(0), "the new owner has no value")
        world.expect(world.database.runs.count == 2, "there were \(world.database.runs.count) loads")
    }

    /// Two want to update one entry.
    static let twoUpdates: Exploration.Scenario = { world in
        let (first, second) = (try world.process(), try world.process())
        try await first.cache.lockForUpdate("a", owner: "A")
        do {
            try await second.cache.lockForUpdate("a", owner: "B")
            world.violate("both hold the entry")
        } catch let error as RocksCacheError {
            world.expect(error.code == .lockedForUpdate, "B failed with \(error)")
            world.expect(error.message.contains("by A"), "the error does not name A: \(error)")
        }
        try await first.cache.unlockForUpdate("a", owner: "A")
        try await second.cache.lockForUpdate("a", owner: "B")
        try await second.cache.unlockForUpdate("a", owner: "B")
    }

    /// An update lasts longer than its lock, and a reader loads the old value meanwhile.
    static let lostUpdate: Exploration.Scenario = { world in
        let process = try world.process()
        try await process.cache.lockForUpdate("a", owner: "A", lease: .seconds(1))
        try await world.sleep(.milliseconds(2100))
        try await world.fetch("a", process)
        world.database.commit("a")
        do {
            try await process.cache.unlockForUpdate("a", owner: "A")
            world.violate("nobody says that the lock was lost")
        } catch let error as RocksCacheError {
            world.expect(error.code == .lockLost, "unlocking failed with \(error)")
        }
        let value = try await world.fetch("a", process)
        world.expect(value == Version(1), "an old value outlived the update: \(String(describing: value))")
    }
}
