import Postgres

/// One kind of work, measured in C and in Swift.
struct PostgresComparison: Sendable {
    /// A Swift side, or another one, that is compared with the first.
    struct Side: Sendable {
        var name: String
        var goal: Goal?
        let work: @Sendable () async throws -> Effort

        init(_ name: String, goal: Goal? = nil, _ work: @escaping @Sendable () async throws -> Effort) {
            self.name = name
            self.goal = goal
            self.work = work
        }
    }

    /// Sides that do `work` on the default executor and on the client's own thread.
    static func onBothExecutors(
        _ what: String,
        _ client: PostgresClient,
        goal: Goal? = nil,
        calls: Int,
        before: @escaping @Sendable () async throws -> Void = {},
        _ work: @escaping @Sendable () async throws -> Void
    ) -> [Side] {
        let executors: [(String, (any TaskExecutor)?)] = [
            ("default executor", nil), ("client's executor", client.executor),
        ]
        return executors.map { name, executor in
            Side("\(what), \(name)", goal: goal) {
                try await before()
                return try await Effort.of(calls) {
                    try await withTaskExecutorPreference(executor) { try await work() }
                }
            }
        }
    }

    let name: String
    /// What is counted, in the plural.
    let things: String
    /// What is counted, one of it.
    let thing: String

    /// Measures in turns and adds the results.
    ///
    /// - Parameters:
    ///   - setting: what all measurements share.
    ///   - asTime: report the time for each thing, instead of how many there are in a second.
    ///   - c: what the others are compared with.
    ///   - others: the other sides.
    /// - Throws: the error of a side that failed.
    func run(
        _ setting: PostgresBenchSetting,
        asTime: Bool = false,
        c: @escaping @Sendable () async throws -> Effort,
        _ others: [Side]
    ) async throws {
        let sides = [Side("C", c)] + others
        let efforts = try await Turns.run(setting.rounds, sides.map { ($0.name, $0.work) })
        for (side, measured) in zip(sides, efforts).dropFirst() {
            if asTime {
                try self.add(setting, "time per \(self.thing), \(side.name)", "ns", measured, efforts[0], side.goal) {
                    $0.seconds * 1e9 / Double($0.calls)
                }
            } else {
                try self.add(setting, "\(self.things), \(side.name)", "1/s", measured, efforts[0], side.goal) {
                    $0.callsPerSecond
                }
            }
            try self.add(setting, "processor per \(self.thing), \(side.name)", "us", measured, efforts[0], nil) {
                $0.processorMicrosecondsPerCall
            }
        }
    }

    private func add(
        _ setting: PostgresBenchSetting,
        _ metric: String,
        _ unit: String,
        _ measured: [Effort],
        _ baseline: [Effort],
        _ goal: Goal?,
        _ value: (Effort) -> Double
    ) throws {
        let result = BenchResult(
            self.name,
            metric,
            unit: unit,
            measured.map(value),
            baseline: baseline.map(value),
            goal: goal
        )
        try setting.report.add(result)
    }
}
