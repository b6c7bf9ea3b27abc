import ArgumentParser
import Foundation
import IMStorage

/// Many users send through a running server; what it delivers is counted and timed.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Loads a running server and measures it; with --verify it checks what the server promises.",
        discussion: """
            Latencies count from when a message was due, so that a generator or server that is late does not hide it; \
            how late the generator was is printed. Exit code 1: something could not be done, or a promise was broken.
            """
    )

    @OptionGroup var target: TargetOptions
    @OptionGroup var load: LoadOptions
    @OptionGroup var check: VerifyOptions

    @Option(help: "What the names of the run's users begin with: small letters and digits.")
    var userPrefix = "load"

    @Option(help: "A process to be measured, NAME=PID; may be repeated.")
    var pid: [String] = []

    @Option(
        help: "A folder with NAME.pid files of processes to be measured; .dev/run beside the configuration if there."
    )
    var runDir: String?

    @Flag(help: "Count what the processes use until no consumer lags (see --settle), not only until all is delivered.")
    var settled = false

    @Flag(help: "Check the promises at the end, with readers that pull meanwhile.")
    var verify = false

    @Option(help: "Keep a log of everything in this folder, for im-bench verify; a temporary one with --verify alone.")
    var log: String?

    @Option(help: "Readers that pull up to the newest seq while the load runs, with --verify or --log.")
    var readers = 2

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        let isPlain = self.userPrefix.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        guard isPlain, (1...16).contains(self.userPrefix.count) else {
            throw ValidationError("--user-prefix: 1...16 small letters and digits")
        }
        guard (0...100).contains(self.readers) else { throw ValidationError("--readers: 0...100") }
    }

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        do {
            let settings = try ServerSettings(folder: self.target.configFolder)
            let gateway = LoadPlan.Gateway(host: settings.gateway.listenIP, port: settings.gateway.port)
            let folder = try self.logFolder()
            let scenario = LoadScenario(
                settings: settings,
                plan: self.load.plan(default: gateway),
                userPrefix: self.userPrefix,
                apiURL: self.target.api ?? settings.apiURL,
                watch: try ProcessWatch(pids: self.pid, runFolder: self.runFolder),
                logFolder: folder,
                readers: folder == nil ? 0 : self.readers,
                settleMax: self.settled ? .seconds(self.check.settle) : nil
            )
            let report = try await scenario.run()
            try Output.print(report, asJSON: self.json) { report.table }
            guard report.accepted > 0 else { throw LoadFailure("no message was accepted") }
            guard self.verify, let folder else { return }
            try await self.check.verify(folder: folder, settings, self.target, asJSON: self.json)
            if self.log == nil { try FileManager.default.removeItem(atPath: folder) }
        } catch let exit as ExitCode {
            throw exit
        } catch {
            Output.fail("load", error)
            throw ExitCode.failure
        }
    }

    private var runFolder: String {
        self.runDir ?? "\(self.target.configFolder)/../.dev/run"
    }

    private func logFolder() throws -> String? {
        guard self.verify || self.log != nil else { return nil }
        let temporary = FileManager.default.temporaryDirectory.appending(path: "im-bench-\(UUID().uuidString)").path
        let folder = self.log ?? temporary
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        return folder
    }
}
