/// Single chats: as many messages as the server takes, and a fixed thousand a second.
struct PipelineRates {
    private let setting: PipelineBenchSetting
    private var seconds: String { self.setting.options.quick ? "3" : "20" }

    init(_ setting: PipelineBenchSetting) {
        self.setting = setting
    }

    func run() async throws {
        try await self.saturation("pipeline.saturation", roles: "all")
        try await self.fixedRate()
    }

    /// The same with the history writer left out: the stand-in for MongoDB may take a core.
    func runWithoutHistory(roles: String) async throws {
        try await self.saturation("pipeline.saturation.no-history", roles: roles)
    }

    private func saturation(_ bench: String, roles: String) async throws {
        guard self.setting.options.includes(bench) else { return }
        let arguments = ["--connections", "200", "--body", "100", "--duration", self.seconds]
        let results = try await self.setting.measure(arguments, roles: roles)
        let report = self.setting.report
        let goal = Goal.valueAtLeast(10_000)
        try report.add(BenchResult(bench, "accepted", unit: "1/s", results.map(\.acceptedPerSecond), goal: goal))
        try report.add(BenchResult(bench, "delivered", unit: "1/s", results.map(\.deliveredPerSecond), goal: goal))
        try report.add(BenchResult(bench, "send to delivery p99", unit: "ms", results.map(\.sendToDelivery.p99)))
        try self.setting.addProcesses(bench, results, openimGoal: .valueAtMost(0.5))
    }

    private func fixedRate() async throws {
        let bench = "pipeline.rate.1000"
        guard self.setting.options.includes(bench) else { return }
        let arguments = ["--connections", "200", "--body", "100", "--rate", "1000", "--duration", self.seconds]
        let results = try await self.setting.measure(arguments)
        let report = self.setting.report
        let deliveries = results.map(\.sendToDelivery)
        try report.add(
            BenchResult(bench, "send to delivery p50", unit: "ms", deliveries.map(\.p50), goal: .valueAtMost(3))
        )
        try report.add(
            BenchResult(bench, "send to delivery p99", unit: "ms", deliveries.map(\.p99), goal: .valueAtMost(10))
        )
        try report.add(BenchResult(bench, "send to answer p99", unit: "ms", results.map(\.sendToAnswer.p99)))
        try report.add(BenchResult(bench, "generator late p99", unit: "ms", results.map(\.lateness.p99)))
        try self.setting.addProcesses(bench, results)
    }
}
