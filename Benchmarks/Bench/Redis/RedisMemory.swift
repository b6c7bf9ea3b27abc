import Foundation

/// What 10,000 calls take that wait for a server which does not answer.
///
/// Each round is a process of its own (`RedisWaitingCommand`): memory that was used once stays resident.
struct RedisMemory {
    private static let name = "redis.waiting"
    private static let calls = 10_000
    /// Mebibytes that become resident.
    private static let goal = Goal.valueBelow(20)

    private let setting: RedisBenchSetting

    init(_ setting: RedisBenchSetting) {
        self.setting = setting
    }

    func run() async throws {
        guard self.setting.options.includes(Self.name) else { return }
        let grown = try await Turns.run(
            self.setting.rounds,
            [
                ("C", { try await self.growth(.c) }),
                ("Swift", { try await self.growth(.client) }),
                ("tasks alone", { try await self.growth(.tasks) }),
            ]
        )
        try self.setting.report.add(
            BenchResult(
                Self.name,
                "resident growth of \(Self.calls) calls",
                unit: "MiB",
                grown[1],
                baseline: grown[0],
                goal: Self.goal
            )
        )
        try self.setting.report.add(
            BenchResult(Self.name, "resident growth of \(Self.calls) tasks that only wait", unit: "MiB", grown[2])
        )
    }

    private func growth(_ side: RedisWaitingCommand.Side) async throws -> Double {
        let folder = try TemporaryFolder()
        defer {
            self.setting.server.resume()
            folder.remove()
        }
        let server = self.setting.server
        let arguments = [
            "redis-waiting", "--port", "\(server.port)", "--pid", "\(server.pid)", "--calls", "\(Self.calls)",
        ]
        let process = try await ChildProcess(
            "/proc/\(getpid())/exe",
            arguments + ["--side", side.rawValue],
            outputPath: "\(folder.path)/out"
        )
        let output = try await process.finish(within: .seconds(60))
        guard let bytes = Int(output.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw BenchFailure("redis-waiting said \(output.suffix(300))")
        }
        return Double(bytes) / Double(1 << 20)
    }
}
