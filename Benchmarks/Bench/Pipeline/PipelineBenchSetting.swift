/// What the measurements of the pipeline share.
struct PipelineBenchSetting: Sendable {
    let options: BenchOptions
    let rounds: Int
    let stack: PipelineStack
    let report: BenchReport

    /// Runs a load for each round on one server.
    ///
    /// - Parameters:
    ///   - arguments: of `im-bench load`.
    ///   - roles: the server's.
    ///   - limit: the most time for one round.
    /// - Returns: a result for each round.
    /// - Throws: `BenchFailure` when the server or the load ends with an error.
    func measure(
        _ arguments: [String],
        roles: String = "all",
        within limit: Duration = .seconds(180)
    ) async throws -> [PipelineLoadResult] {
        let server = try await self.stack.server(roles: roles)
        defer { server.kill() }
        var results: [PipelineLoadResult] = []
        for _ in 0..<self.rounds {
            results.append(try await self.stack.load(arguments, server: server, within: limit))
        }
        return results
    }

    /// A row for each process: processor seconds for 10,000 messages.
    func addProcesses(_ bench: String, _ results: [PipelineLoadResult], openimGoal: Goal? = nil) throws {
        let names = Set(results.flatMap { $0.processes.map(\.name) })
        for name in names.sorted() {
            let values = results.compactMap { $0.process(name)?.cpuSecondsPer10k }
            let goal = name == "openim" ? openimGoal : nil
            try self.report.add(BenchResult(bench, "CPU of \(name)", unit: "s/10k messages", values, goal: goal))
        }
    }
}
