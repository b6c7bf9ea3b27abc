import ServerRuntime
import Synchronization

@testable import Caching

/// Random work of several processes on few keys, and what must hold when it is over.
struct Storm: Sendable {
    var processes = 2
    var callers = 3
    var operations = 4
    var keys = ["a", "b"]
    /// Keys whose one writer puts what it has committed.
    var putKeys: [String] = []
    /// How often an operation is a write, a fetch of several keys, or one that is cancelled.
    var writes = 0.3
    var batches = 0.3
    var cancellations = 0.0
    var updateLocks = 0.0
    var absentRows = 0.2
    var loaderFailures = 0.0
    var slowLoads = 0.1
    var shortDeadlines = 0.0
    /// How often, in a storm, the server forgets everything, is replaced by an older copy, or a process dies.
    var flushes = 0.0
    var failovers = 0.0
    var kills = 0.0
    /// How wrong the clock of every second process is.
    var clockError: Duration = .zero
    var rules = World.Rules()

    func run(_ world: World) async throws {
        for number in 0..<self.processes {
            _ = try world.process(clockError: number.isMultiple(of: 2) ? .zero : self.clockError)
        }
        if self.failovers > 0 { world.server.keepHistory() }
        var calls: [Call<Void>] = []
        for process in world.processes {
            for _ in 0..<self.callers { calls.append(self.caller(process, world)) }
        }
        if let process = world.processes.first {
            for key in self.putKeys { calls.append(self.putter(key, process, world)) }
        }
        try await self.disturb(world, &calls)
        await world.finish(calls)
        try await self.finalPhase(world)
    }

    // MARK: - Operations

    private func caller(_ process: ModelProcess, _ world: World) -> Call<Void> {
        process.call { _ in
            for _ in 0..<self.operations {
                try await self.pause(world)
                try await self.operate(process, world)
            }
        }
    }

    private func pause(_ world: World) async throws {
        let schedule = world.schedule
        switch schedule.int(in: 0...9) {
        case 0...3: await schedule.yield()
        case 4...7: try await schedule.sleep(for: .microseconds(schedule.int(in: 0...5000)))
        default: try await schedule.sleep(for: .milliseconds(schedule.int(in: 0...4000)))
        }
    }

    private func operate(_ process: ModelProcess, _ world: World) async throws {
        let schedule = world.schedule
        let all = self.keys + self.putKeys
        let key = all[schedule.int(in: 0...(all.count - 1))]
        if schedule.chance(self.writes), self.keys.contains(key) {
            return try await self.write(key, process, world)
        }
        let plan = World.LoadPlan(
            before: self.loadTime(world),
            after: self.loadTime(world),
            fails: schedule.chance(self.loaderFailures)
        )
        var deadline: Deadline?
        if schedule.chance(self.shortDeadlines) {
            deadline = process.now() + .milliseconds(schedule.int(in: 0...1500))
        }
        let isBatch = schedule.chance(self.batches)
        let limit = deadline
        var rules = self.rules
        let isCancelled = schedule.chance(self.cancellations)
        rules.mayBeCancelled = isCancelled
        let applied = rules
        let call = process.call { _ in
            if isBatch {
                try await world.fetchBatch(all, process, plan, deadline: limit, rules: applied)
            } else {
                try await world.fetch(key, process, plan, deadline: limit, rules: applied)
            }
        }
        if isCancelled {
            try await self.pause(world)
            schedule.note("p\(process.number) cancels a fetch")
            call.cancel()
        }
        _ = await call.result
    }

    private func loadTime(_ world: World) -> Duration? {
        let schedule = world.schedule
        if schedule.chance(self.slowLoads) { return .milliseconds(schedule.int(in: 0...3000)) }
        return schedule.chance(0.4) ? nil : .microseconds(schedule.int(in: 0...20_000))
    }

    private func write(_ key: String, _ process: ModelProcess, _ world: World) async throws {
        let isAbsent = world.schedule.chance(self.absentRows)
        if world.schedule.chance(self.updateLocks) {
            let owner = "w\(world.schedule.steps)"
            do {
                try await process.cache.withUpdateLock(key, owner: owner, lease: .seconds(2)) {
                    try await self.pause(world)
                    world.database.commit(key, isAbsent: isAbsent)
                    try await self.pause(world)
                }
                return
            } catch let error as RocksCacheError where [.lockedForUpdate, .lockLost].contains(error.code) {
                return
            } catch let error as RocksCacheError where error.code == .store {
                // Whether the database was changed is not known to the caller: it tag-deletes to be sure.
            }
        } else {
            world.database.commit(key, isAbsent: isAbsent)
        }
        try await self.pause(world)
        while true {
            do {
                return try await process.cache.tagAsDeleted(key)
            } catch {
                guard error.code == .store, world.server.canFail else {
                    return world.violate("a tag-delete of \(key) failed: \(error)")
                }
                try await world.sleep(.milliseconds(50))
            }
        }
    }

    private func putter(_ key: String, _ process: ModelProcess, _ world: World) -> Call<Void> {
        process.call { cache in
            for _ in 0..<self.operations {
                try await self.pause(world)
                let version = world.database.commit(key)
                while true {
                    do {
                        try await cache.put(key, Version(version), expire: World.expire)
                        break
                    } catch {
                        guard world.server.canFail else { return world.violate("a put of \(key) failed: \(error)") }
                        try await world.sleep(.milliseconds(50))
                    }
                }
            }
        }
    }

    // MARK: - Disturbances

    private func disturb(_ world: World, _ calls: inout [Call<Void>]) async throws {
        let schedule = world.schedule
        for _ in 0..<3 {
            try await self.pause(world)
            if schedule.chance(self.flushes) { world.server.flush() }
            if schedule.chance(self.failovers) { world.server.failOver() }
            if schedule.chance(self.kills), let victim = world.processes.first(where: { !$0.isDead }) {
                victim.kill()
                calls.append(self.caller(try world.process(), world))
            }
        }
    }

    // MARK: - Afterwards

    /// I3 and I5: all is well, and what was not invalidated is; then the cache has the newest versions or nothing.
    private func finalPhase(_ world: World) async throws {
        world.server.setFaults(.none)
        // Requests that are on their way.
        try await world.sleep(.seconds(4))
        let process = try world.process()
        let options = process.cache.options
        let all = self.keys + self.putKeys
        for key in all where world.server.floor(key) < world.database.current(key) {
            try await process.cache.tagAsDeleted(key)
        }
        try await world.sleep(max(options.delay, options.lockExpire + .seconds(1)) + .milliseconds(1))
        for key in all {
            let begin = world.schedule.time
            let call = process.call { _ in try await world.fetch(key, process) }
            let result = await call.result
            let duration = world.schedule.time - begin
            // No lock is older than this, so there is nothing to wait for.
            world.expect(duration < .milliseconds(100), "I5: the last fetch of \(key) took \(duration)")
            guard case .success(let value) = result else {
                world.violate("I3: the last fetch of \(key) ended with \(String(describing: result))")
                continue
            }
            world.expect(
                value == world.database.read(key),
                "I3: \(key) is \(value?.description ?? "absent") in the end, not v\(world.database.current(key))"
            )
            let cached = world.server.entry(key).flatMap { $0.lockUntil == nil ? $0.value : nil }
            let newest = world.database.read(key)?.cacheBytes() ?? []
            world.expect(cached == nil || cached == newest, "I3: the cache of \(key) is old in the end")
        }
    }
}
