import ArgumentParser
import Foundation
import Glibc

/// Measures the caches: the one in Redis against plain commands, the local one by itself.
struct CacheBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Measures RocksCache against plain commands of the same client, and LocalCache.",
        discussion: "Starts a redis-server of its own, without disk, and stops it again."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "The port of that server; 0 for any free one.")
    var port = 0

    func run() async throws {
        // The client marks its writes itself.
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
        do {
            try await CacheHits(setting).run()
            try await CacheBatches(setting).run()
            try await CacheMisses(setting).run()
            try await LocalCacheHits(setting).run()
        } catch {
            throw BenchFailure("\(error)\nlast words of the server:\n\(server.lastWords)")
        }
    }
}
