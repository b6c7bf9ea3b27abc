import ArgumentParser
import Foundation
import Logging
import ServerRuntime
import Telemetry

/// The server program: reads its configuration, then runs the roles that were asked for.
@main
struct OpenIMCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openim",
        abstract: "An OpenIM v3.8 compatible instant-messaging server.",
        discussion: """
            Configuration: YAML files of one folder, values overridden by IMENV_<FILE>_<KEY> in the environment. \
            Variables that the files refer to come from the environment and from .env in the working directory or beside \
            the folder.
            """,
        version: ServerProcess.version
    )

    @Option(
        name: [.customShort("c"), .customLong("config_folder_path")],
        help: "The configuration folder. Default: $OPENIMCONFIG, else config/."
    )
    var configFolder: String?

    @Option(
        name: [.customShort("i"), .customLong("index")],
        help: "The number of this instance, from 0: picks the entry of each list of ports."
    )
    var instance = 0

    @Option(help: "Roles of this process, separated by commas, or all.")
    var roles = "all"

    func validate() throws {
        guard (0..<10_000).contains(self.instance) else {
            throw ValidationError("--index must be within 0...9999, got \(self.instance)")
        }
    }

    func run() async throws {
        // hiredis writes to sockets that the other side may have closed.
        signal(SIGPIPE, SIG_IGN)
        do {
            try await self.serve()
        } catch {
            FileHandle.standardError.write(Data("openim: \(error)\n".utf8))
            throw ExitCode.failure
        }
    }

    private func serve() async throws {
        let roles = try RoleName.parse(self.roles)
        let environment = ProcessInfo.processInfo.environment
        let folder = self.configFolder ?? environment["OPENIMCONFIG"] ?? "config"
        let variables = try self.variables(environment, besides: folder)
        let configuration = try ConfigurationFolder(path: folder, variables: variables)
        let settings = try ServerSettings(configuration, instance: self.instance)

        LoggingSystem.bootstrap { label in
            StructuredLogHandler(
                label: label,
                format: settings.log.format,
                level: settings.log.level,
                output: .standardError
            )
        }
        let logger = Logger(label: "openim")
        if !settings.keysWithoutEffect.isEmpty {
            logger.warning(
                "configuration keys without effect",
                metadata: ["keys": .array(settings.keysWithoutEffect.map { .string($0) })]
            )
        }
        logger.info(
            "starting",
            metadata: [
                "version": "\(ServerProcess.version)",
                "roles": .array(roles.map(\.rawValue).sorted().map { .string($0) }),
            ]
        )
        try await ServerProcess(settings: settings, roles: roles, logger: logger).run()
        logger.info("stopped")
    }

    /// The environment, and under it what the stack's script wrote to `.env`.
    private func variables(_ environment: [String: String], besides folder: String) throws -> [String: String] {
        var variables: [String: String] = [:]
        for path in ["\(folder)/../.env", ".env"] {
            guard FileManager.default.fileExists(atPath: path) else { continue }
            let text: String
            do {
                text = try String(contentsOfFile: path, encoding: .utf8)
            } catch {
                throw ConfigurationError(["\(path): cannot be read: \(error.localizedDescription)"])
            }
            variables.merge(EnvironmentFile.parse(text)) { _, new in new }
        }
        return variables.merging(environment) { _, new in new }
    }
}
