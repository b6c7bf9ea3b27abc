/// The memory of a server that a million messages have passed through.
struct PipelineMemory {
    private let setting: PipelineBenchSetting

    init(_ setting: PipelineBenchSetting) {
        self.setting = setting
    }

    func run() async throws {
        let bench = "pipeline.memory"
        guard self.setting.options.includes(bench) else { return }
        let server = try await self.setting.stack.server(roles: "all")
        defer { server.kill() }
        let messages = self.setting.options.quick ? "20000" : "1000000"
        let arguments = ["--connections", "200", "--body", "100", "--messages", messages, "--drain", "600"]
        let result = try await self.setting.stack.load(arguments, server: server, within: .seconds(3000))
        let resident = (result.process("openim")?.residentMaxMiB ?? .infinity) * 1.048_576
        try self.setting.report.add(
            BenchResult(bench, "RSS of openim, at most", unit: "MB", [resident], goal: .valueBelow(150))
        )
    }
}
