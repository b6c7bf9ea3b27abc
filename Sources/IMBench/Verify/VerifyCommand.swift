import ArgumentParser
import Foundation

/// Checks a run from the log that it left.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks what the server promises, from the log of a load that ran before.",
        discussion: """
            Exit code 1: a promise is broken, consumers still lag, or something could not be read. Needs the server for the \
            pulls at the end; --pull-conversations 0 does without.
            """
    )

    @OptionGroup var target: TargetOptions
    @OptionGroup var check: VerifyOptions

    @Option(help: "The folder of the run's log.")
    var log: String

    @Option(help: "The gateway that is pulled from, HOST:PORT; from the configuration when not given.")
    var gateway: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let gateway = self.gateway, LoadOptions.gateway(gateway) == nil {
            throw ValidationError("--gateway \(gateway): HOST:PORT")
        }
    }

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        do {
            let settings = try ServerSettings(folder: self.target.configFolder)
            let gateway = self.gateway.flatMap { LoadOptions.gateway($0) }
            try await self.check.verify(folder: self.log, settings, self.target, gateway: gateway, asJSON: self.json)
        } catch let exit as ExitCode {
            throw exit
        } catch {
            Output.fail("verify", error)
            throw ExitCode.failure
        }
    }
}
