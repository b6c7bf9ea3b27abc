import ArgumentParser

/// Which server a command talks to.
struct TargetOptions: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("config_folder_path")],
        help: "The configuration folder of the server."
    )
    var configFolder = "config"

    @Option(help: "The HTTP API, such as http://127.0.0.1:10002; from the configuration when not given.")
    var api: String?
}
