import ArgumentParser
import Foundation
import Glibc

/// Measures the Redis client against hiredis, on a server of its own.
struct RedisBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redis",
        abstract: "Measures the Redis client against plain C on hiredis.",
        discussion: "Starts a redis-server of its own, without disk, and stops it again."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "The port of that server; 0 for any free one, the port above it is used for TLS.")
    var port = 0

    func run() async throws {
        // The client marks its writes itself; hiredis does not.
        signal(SIGPIPE, SIG_IGN)
        await CleanUp.watch(limitSeconds: self.options.timeLimitSeconds)
        defer { CleanUp.run() }
        do {
            try await self.measure()
        } catch {
            FileHandle.standardError.write(Data("bench: error: \(error)\n".utf8))
            CleanUp.run()
            throw ExitCode.failure
        }
    }

    private func measure() async throws {
        let server = try await RedisServer.start(port: self.port)
        let report = BenchReport(asJSON: self.options.json)
        report.begin(Machine.facts() + server.facts + ["rounds: \(self.options.roundCount)"])
        let setting = RedisBenchSetting(options: self.options, server: server, report: report)
        // Memory that was used once stays resident, so this comes first and in processes of its own.
        do {
            try await RedisMemory(setting).run()
            try await RedisThroughput(setting).run()
            try await RedisLatency(setting).run()
            try await RedisVariants(setting).run()
        } catch {
            // The folder with its output goes at the end.
            throw BenchFailure("\(error)\nlast words of the server:\n\(server.lastWords)")
        }
    }
}
