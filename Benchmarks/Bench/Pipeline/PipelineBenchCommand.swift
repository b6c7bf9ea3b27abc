import ArgumentParser
import Foundation
import Glibc

/// Measures the server from the first frame to the last delivery, on a stack of its own.
struct PipelineBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline",
        abstract: "Measures a message's way through openim: rates, latencies, and what each process uses.",
        discussion: "Starts the native stack on free ports with a folder of its own, and stops and removes both again."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "The repository, whose scripts and configuration are used.")
    var root = FileManager.default.currentDirectoryPath

    @Option(help: "The roles of a server without the history writer; measured once more with them.")
    var rolesWithoutHistory: String?

    @Flag(help: "Also pass a million messages and tell the memory that it took; some minutes.")
    var million = false

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        await CleanUp.watch(
            limitSeconds: self.options.timeLimit ?? (self.million ? 3600 : self.options.timeLimitSeconds)
        )
        defer { CleanUp.run() }
        do {
            let report = BenchReport(asJSON: self.options.json)
            report.begin(Machine.facts() + ["rounds: \(self.roundCount)"])
            let stack = try await PipelineStack.start(root: self.root)
            let setting = PipelineBenchSetting(
                options: self.options,
                rounds: self.roundCount,
                stack: stack,
                report: report
            )
            try await PipelineRates(setting).run()
            if let roles = self.rolesWithoutHistory { try await PipelineRates(setting).runWithoutHistory(roles: roles) }
            try await PipelineGroup(setting).run()
            if self.million { try await PipelineMemory(setting).run() }
        } catch {
            FileHandle.standardError.write(Data("bench: error: \(error)\n".utf8))
            CleanUp.run()
            throw ExitCode.failure
        }
    }

    /// Each round is some ten seconds of load.
    private var roundCount: Int { self.options.rounds ?? (self.options.quick ? 1 : 3) }
}
