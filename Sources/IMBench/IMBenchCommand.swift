import ArgumentParser

/// The load generator; for now it holds the scripted conversation of the quickstart.
@main
struct IMBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "im-bench",
        abstract: "Talks to a running openim as its clients do, and checks what the stores hold of it.",
        subcommands: [DemoCommand.self]
    )
}
