import ArgumentParser
import Foundation
import Glibc

/// What the commands that measure on a Redis server of their own have in common.
struct RedisBenchRun {
    let options: BenchOptions
    /// The port of the server; 0 for any free one.
    let port: Int

    /// Starts the server, measures, and stops it again, also after a failure, which is printed.
    func run(_ measure: (RedisBenchSetting) async throws -> Void) async throws {
        // The client marks its writes itself; hiredis does not.
        signal(SIGPIPE, SIG_IGN)
        await CleanUp.watch(limitSeconds: self.options.timeLimitSeconds)
        defer { CleanUp.run() }
        do {
            try await self.onServer(measure)
        } catch {
            FileHandle.standardError.write(Data("bench: error: \(error)\n".utf8))
            CleanUp.run()
            throw ExitCode.failure
        }
    }

    private func onServer(_ measure: (RedisBenchSetting) async throws -> Void) async throws {
        let server = try await RedisServer.start(port: self.port)
        let report = BenchReport(asJSON: self.options.json)
        report.begin(Machine.facts() + server.facts + ["rounds: \(self.options.roundCount)"])
        do {
            try await measure(RedisBenchSetting(options: self.options, server: server, report: report))
        } catch {
            // The folder with its output goes at the end.
            throw BenchFailure("\(error)\nlast words of the server:\n\(server.lastWords)")
        }
    }
}
