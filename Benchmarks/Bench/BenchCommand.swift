import ArgumentParser

/// What `scripts/bench` runs: a subcommand for each measured library.
@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures a library side by side with the same work in plain C.",
        discussion:
            "Exits with 0 whether goals are met or not, and with another code when something could not be measured.",
        subcommands: [
            RedisBenchCommand.self, RedisWaitingCommand.self, CacheBenchCommand.self, KafkaBenchCommand.self,
            PostgresBenchCommand.self, MongoBenchCommand.self, PipelineBenchCommand.self,
        ]
    )
}
