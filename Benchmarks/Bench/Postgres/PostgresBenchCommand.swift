import ArgumentParser
import Foundation
import Glibc

/// Measures the Postgres client against libpq, on a server of its own.
struct PostgresBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postgres",
        abstract: "Measures the Postgres client against plain C on libpq.",
        discussion: "Starts a PostgreSQL server of its own with a new cluster, and stops and removes it again."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "The port of that server, 0...65535; 0 for any free one.")
    var port = 0

    func validate() throws {
        guard (0...65_535).contains(self.port) else { throw ValidationError("--port must be 0...65535.") }
    }

    func run() async throws {
        // libpq blocks the signal around its own writes only where it cannot mark them.
        signal(SIGPIPE, SIG_IGN)
        await CleanUp.watch(limitSeconds: self.options.timeLimitSeconds)
        defer { CleanUp.run() }
        do {
            try await self.onServer()
        } catch {
            FileHandle.standardError.write(Data("bench: error: \(error)\n".utf8))
            CleanUp.run()
            throw ExitCode.failure
        }
    }

    private func onServer() async throws {
        let server = try await PostgresServer.start(port: self.port)
        let report = BenchReport(asJSON: self.options.json)
        report.begin(Machine.facts() + server.facts + ["rounds: \(self.options.roundCount)"])
        do {
            let setting = PostgresBenchSetting(options: self.options, server: server, report: report)
            try await PostgresInserts(setting).run()
            try await PostgresCopies(setting).run()
            try await PostgresSelects(setting).run()
            try await PostgresDecoding(setting).run()
        } catch {
            // The folder with its output goes at the end.
            throw BenchFailure("\(error)\nlast words of the server:\n\(server.lastWords)")
        }
    }
}
