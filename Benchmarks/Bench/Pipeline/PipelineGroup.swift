/// A group of a thousand online members against plain C that writes the same frames to as many sockets.
struct PipelineGroup {
    private static let members = 1000
    /// A push of 100 bytes of text in its envelope, compressed, with the header of the frame.
    private static let frameBytes = 420

    private let setting: PipelineBenchSetting

    init(_ setting: PipelineBenchSetting) {
        self.setting = setting
    }

    func run() async throws {
        let bench = "pipeline.group.1000"
        guard self.setting.options.includes(bench) else { return }
        let arguments = [
            "--connections", "\(Self.members)", "--chat-size", "\(Self.members)", "--window", "16", "--body", "100",
            "--duration", self.setting.options.quick ? "3" : "15",
        ]
        let results = try await self.setting.measure(arguments)
        var plain: [Double] = []
        for _ in 0..<self.setting.rounds {
            plain.append(
                try await GatewayCBaseline.framesPerSecond(
                    sockets: Self.members,
                    frameBytes: Self.frameBytes,
                    rounds: self.setting.options.quick ? 50 : 500
                )
            )
        }
        let deliveries = results.map(\.deliveredPerSecond)
        try self.setting.report.add(
            BenchResult(bench, "deliveries", unit: "1/s", deliveries, baseline: plain, goal: .ratioAtLeast(0.5))
        )
        try self.setting.addProcesses(bench, results)
    }
}
