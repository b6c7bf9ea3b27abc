import ArgumentParser

/// The load generator: a scripted conversation, loads, and checks of what the server promises.
@main
struct IMBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "im-bench",
        abstract: "Talks to a running openim as its clients do, measures it, and checks what the stores hold of it.",
        subcommands: [DemoCommand.self, LoadCommand.self, VerifyCommand.self]
    )
}
