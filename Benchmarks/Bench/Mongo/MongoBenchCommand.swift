import ArgumentParser
import Foundation
import Glibc

/// Measures the MongoDB client against libmongoc, on a stand-in of its own, and BSON against libbson and pymongo.
struct MongoBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mongo",
        abstract: "Measures the MongoDB client against plain C on libmongoc, and its BSON against libbson and pymongo.",
        discussion: "Starts a MongoDB stand-in of its own with a new data folder, and stops and removes it again."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "The port of that stand-in, 0...65535; 0 for any free one.")
    var port = 0

    @Option(
        help: ArgumentHelp(
            "The Python environment that has secantusdb and pymongo; scripts/bench names that of the stack.",
            valueName: "path"
        )
    )
    var environment: String

    func validate() throws {
        guard (0...65_535).contains(self.port) else { throw ValidationError("--port must be 0...65535.") }
    }

    func run() async throws {
        // libmongoc's own sockets do not mark their writes.
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
        let pymongo = try await PymongoCodec(environment: self.environment)
        let server = try await MongoServer.start(port: self.port, environment: self.environment)
        let report = BenchReport(asJSON: self.options.json)
        let facts = server.facts + ["compared with: libmongoc \(MongoCBaseline.version), \(pymongo.version)"]
        report.begin(Machine.facts() + facts + ["rounds: \(self.options.roundCount)"])
        do {
            let setting = MongoBenchSetting(options: self.options, server: server, report: report)
            try await MongoDocuments(setting, pymongo).run()
            try await MongoCalls(setting).run()
        } catch {
            // The folder with its output goes at the end.
            throw BenchFailure("\(error)\nlast words of the server:\n\(server.lastWords)")
        }
    }
}
