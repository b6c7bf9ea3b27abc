import ArgumentParser
import IMStorage

/// How a run is checked.
struct VerifyOptions: ParsableArguments {
    @Option(help: "The most seconds to wait until no consumer lags.")
    var settle = 60.0

    @Option(help: "Conversations that are pulled at the end as a client does; 0: none.")
    var pullConversations = 20

    @Option(help: "The newest seqs of each that are pulled.")
    var pullSeqs = 1000

    func validate() throws {
        guard (0...86_400).contains(self.settle) else { throw ValidationError("--settle: 0...86400 s") }
        guard (0...1_000_000).contains(self.pullConversations), (1...100_000_000).contains(self.pullSeqs) else {
            throw ValidationError("--pull-conversations: 0...1000000, --pull-seqs: 1...100000000")
        }
    }

    /// Checks the run in `folder` and prints the verdict.
    ///
    /// - Throws: `ExitCode.failure` when a promise is broken, the stores did not settle, or nothing was accepted.
    func verify(
        folder: String,
        _ settings: ServerSettings,
        _ target: TargetOptions,
        gateway: LoadPlan.Gateway? = nil,
        asJSON: Bool
    ) async throws {
        let own = LoadPlan.Gateway(host: settings.gateway.listenIP, port: settings.gateway.port)
        var verification = Verification(
            settings: settings,
            gateway: gateway ?? own,
            apiURL: target.api ?? settings.apiURL
        )
        verification.options.settleMax = .seconds(self.settle)
        verification.options.pulledConversations = self.pullConversations
        verification.options.pulledSeqs = Int64(self.pullSeqs)
        let verdict = try await verification.run(folder: folder)
        try Output.print(verdict, asJSON: asJSON) { verdict.table }
        // Of nothing every promise is kept.
        guard verdict.accepted > 0, verdict.broken.isEmpty, verdict.lag.isEmpty else { throw ExitCode.failure }
    }
}
