import ArgumentParser
import Foundation
import ServerRuntime

/// Two users chat over real WebSockets, and the stores are asked what they hold of it.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Lets two users chat through a running server and shows what every system holds of it."
    )

    @Option(
        name: [.customShort("c"), .customLong("config_folder_path")],
        help: "The configuration folder of the server."
    )
    var configFolder = "config"

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        do {
            let settings = try ServerSettings(folder: self.configFolder)
            let stores = try DemoStores(settings)
            let isComplete = try await stores.run {
                try await DemoConversation(settings: settings, stores: stores).run()
            }
            guard isComplete else { throw ExitCode.failure }
        } catch let exit as ExitCode {
            throw exit
        } catch {
            FileHandle.standardError.write(Data("im-bench demo: \(error)\n".utf8))
            throw ExitCode.failure
        }
    }
}
