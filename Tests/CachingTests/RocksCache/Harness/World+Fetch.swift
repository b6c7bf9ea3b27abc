import ServerRuntime

@testable import Caching

/// Fetches whose results are held against what the cache promises.
extension World {
    /// How a loader behaves.
    struct LoadPlan: Sendable {
        var before: Duration?
        var after: Duration?
        var fails = false
    }

    /// Which of the promises hold for a fetch.
    struct Rules: Sendable {
        /// Versions are not too old.
        var isFresh = true
        /// The caller may be cancelled.
        var mayBeCancelled = false
    }

    static let expire: Duration = .seconds(8)

    /// A loader that reads one row.
    func loader(
        _ key: String,
        _ process: ModelProcess,
        _ plan: LoadPlan = LoadPlan()
    )
        -> @Sendable () async throws
        -> Version?
    {
        { [database] in
            try await database.load(
                [key],
                in: process.number,
                before: plan.before,
                after: plan.after,
                fails: plan.fails
            )[key]
        }
    }

    /// Fetches one key, and checks what comes.
    @discardableResult
    func fetch(
        _ key: String,
        _ process: ModelProcess,
        _ plan: LoadPlan = LoadPlan(),
        deadline: Deadline? = nil,
        rules: Rules = Rules()
    ) async throws -> Version? {
        let load = self.loader(key, process, plan)
        let values = try await self.check([key], process, deadline, rules) { cache in
            let value = try await cache.fetch(key, expire: Self.expire, deadline: deadline, load: load)
            return value.map { [key: $0] } ?? [:]
        }
        return values[key]
    }

    /// Fetches several keys, and checks what comes.
    @discardableResult
    func fetchBatch(
        _ keys: [String],
        _ process: ModelProcess,
        _ plan: LoadPlan = LoadPlan(),
        deadline: Deadline? = nil,
        rules: Rules = Rules()
    ) async throws -> [String: Version] {
        try await self.check(keys, process, deadline, rules) { [database] cache in
            try await cache.fetchBatch(keys, expire: Self.expire, deadline: deadline) { keys in
                try await database.load(
                    keys,
                    in: process.number,
                    before: plan.before,
                    after: plan.after,
                    fails: plan.fails
                )
            }
        }
    }

    private func check(
        _ keys: [String],
        _ process: ModelProcess,
        _ deadline: Deadline?,
        _ rules: Rules,
        _ fetch: (RocksCache) async throws -> [String: Version]
    ) async throws -> [String: Version] {
        let begin = (step: self.schedule.steps, time: self.schedule.time)
        let floors = keys.map { self.server.floor($0) }
        let tags = keys.map { self.server.tags($0) }
        let end = deadline ?? process.now() + process.cache.options.waitTimeout
        let name = "p\(process.number) fetch@\(begin.step) \(keys)"
        self.schedule.note("\(name) begins")
        let result: Result<[String: Version], any Error>
        do {
            result = .success(try await fetch(process.cache))
        } catch {
            result = .failure(error)
        }
        self.schedule.note("\(name) ends: \(result.map { $0.sorted { $0.key < $1.key } })")
        let late = end.instant.duration(to: process.now().instant)
        self.expect(late <= .milliseconds(1), "\(name) ended \(late) after its deadline")
        switch result {
        case .failure(let error): self.judge(error, name, begin.step, end, process, rules)
        case .success(let values):
            self.expect(Set(values.keys).isSubset(of: keys), "I8: \(name) returned other keys: \(values)")
            guard rules.isFresh else { break }
            for (index, key) in keys.enumerated() {
                switch process.cache.options.consistency {
                case .strong:
                    let isFresh = self.database.has(values[key], key, in: floors[index]...)
                    self.expect(isFresh, "I2: \(name) returned \(values) after v\(floors[index])")
                case .weak:
                    // What was tag-deleted so long ago that it must be gone: Redis counts in whole milliseconds.
                    let delay = process.cache.options.delay + .milliseconds(1)
                    let floor = tags[index].last { $0.time + delay < begin.time }?.floor ?? 0
                    let isRecent =
                        self.database.has(values[key], key, in: floor...)
                        || self.wasLoading(key, values[key], process, since: begin.step)
                    self.expect(isRecent, "I9: \(name) returned \(values) long after v\(floor)")
                }
            }
        }
        return try result.get()
    }

    /// Whether a load of the process that had not ended by then returned the value.
    private func wasLoading(_ key: String, _ value: Version?, _ process: ModelProcess, since step: Int) -> Bool {
        self.database.runs.contains { run in
            guard let end = run.end else { return false }
            return run.key == key && run.process == process.number && end >= step && run.version == value
        }
    }

    private func judge(
        _ error: any Error,
        _ name: String,
        _ begin: Int,
        _ deadline: Deadline,
        _ process: ModelProcess,
        _ rules: Rules
    ) {
        guard !self.schedule.isOver else { return }
        switch error {
        case is CancellationError: self.expect(rules.mayBeCancelled, "\(name) was cancelled")
        case let failure as ModelDatabase.LoadFailure:
            let end = self.database.runs[failure.run].end
            self.expect(
                (end ?? .max) >= begin,
                "\(name) failed with the error of load #\(failure.run), which had ended before"
            )
        case let error as RocksCacheError where error.code == .deadlineExceeded:
            self.expect(process.now() >= deadline, "\(name) gave up before its deadline")
        case let error as RocksCacheError where error.code == .store:
            self.expect(self.server.canFail, "\(name) failed: \(error)")
        default: self.violate("\(name) failed: \(error)")
        }
    }
}
