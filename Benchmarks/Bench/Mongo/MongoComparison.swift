/// One kind of work, measured in several ways in turns.
struct MongoComparison: Sendable {
    /// A way to do it.
    struct Side: Sendable {
        var name: String
        /// What it is compared with, by name, and what the ratio should be.
        var comparisons: [(with: String, goal: Goal?)]
        let work: @Sendable () async throws -> Effort

        init(
            _ name: String,
            _ comparisons: [(with: String, goal: Goal?)] = [],
            _ work: @escaping @Sendable () async throws -> Effort
        ) {
            self.name = name
            self.comparisons = comparisons
            self.work = work
        }
    }

    /// A number of each round.
    struct Metric: Sendable {
        var name: String
        var unit: String
        /// Whether the goals are about this number.
        var hasGoal: Bool
        var value: @Sendable (Effort) -> Double
    }

    let name: String
    let metrics: [Metric]

    /// Measures and adds a result for each metric of each comparison.
    ///
    /// - Throws: the error of a side that failed.
    func run(_ setting: MongoBenchSetting, _ sides: [Side]) async throws {
        let efforts = try await Turns.run(setting.rounds, sides.map { ($0.name, $0.work) })
        let byName = Dictionary(uniqueKeysWithValues: zip(sides.map(\.name), efforts))
        for side in sides {
            for (other, goal) in side.comparisons {
                guard let measured = byName[side.name], let baseline = byName[other] else {
                    throw BenchFailure("\(self.name): there is no \(other) to compare \(side.name) with")
                }
                for metric in self.metrics {
                    let result = BenchResult(
                        self.name,
                        "\(metric.name), \(side.name) to \(other)",
                        unit: metric.unit,
                        measured.map(metric.value),
                        baseline: baseline.map(metric.value),
                        goal: metric.hasGoal ? goal : nil
                    )
                    try setting.report.add(result)
                }
            }
        }
    }
}
