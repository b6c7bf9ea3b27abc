/// One number that was measured, and what it is compared with.
struct BenchResult: Sendable {
    /// The name of the measurement, as `redis.get.64`.
    var bench: String
    /// What was measured, as `throughput, default executor`.
    var metric: String
    /// The median over the rounds.
    var value: Double
    /// The unit of `value` and `baseline`.
    var unit: String
    /// The same work in C, or what else it is compared with; the median over the rounds.
    var baseline: Double?
    /// `value` divided by `baseline`.
    var ratio: Double?
    /// The least and the greatest of the rounds: of the ratio where there is one, else of the value.
    var spread: ClosedRange<Double>
    /// How many rounds there were.
    var rounds: Int
    var goal: Goal?

    /// Whether the goal is reached; `nil` without a goal.
    var isMet: Bool? { self.goal.map { $0.isMet(value: self.value, ratio: self.ratio) } }
}

extension BenchResult {
    /// A value of each round, without a baseline.
    init(_ bench: String, _ metric: String, unit: String, _ values: [Double], goal: Goal? = nil) {
        self.init(
            bench: bench,
            metric: metric,
            value: values.median,
            unit: unit,
            spread: values.spread,
            rounds: values.count,
            goal: goal
        )
    }

    /// A value and a baseline of each round: the ratio of the medians, and the spread of the rounds' own ratios.
    init(
        _ bench: String,
        _ metric: String,
        unit: String,
        _ values: [Double],
        baseline: [Double],
        goal: Goal? = nil
    ) {
        self.init(
            bench: bench,
            metric: metric,
            value: values.median,
            unit: unit,
            baseline: baseline.median,
            ratio: values.median / baseline.median,
            spread: zip(values, baseline).map { $0 / $1 }.spread,
            rounds: values.count,
            goal: goal
        )
    }
}

extension BenchResult: Encodable {
    private enum CodingKeys: String, CodingKey {
        case bench, metric, value, unit, baseline, ratio, low, high, rounds, goal, met
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.bench, forKey: .bench)
        try container.encode(self.metric, forKey: .metric)
        try container.encode(self.value.rounded(places: 4), forKey: .value)
        try container.encode(self.unit, forKey: .unit)
        try container.encode(self.baseline?.rounded(places: 4), forKey: .baseline)
        try container.encode(self.ratio?.rounded(places: 4), forKey: .ratio)
        try container.encode(self.spread.lowerBound.rounded(places: 4), forKey: .low)
        try container.encode(self.spread.upperBound.rounded(places: 4), forKey: .high)
        try container.encode(self.rounds, forKey: .rounds)
        try container.encode(self.goal?.description, forKey: .goal)
        try container.encode(self.isMet, forKey: .met)
    }
}
