import ArgumentParser
import Foundation
import Logging

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
        version: ServerProcess.version,
        subcommands: [MigrateCommand.self]
    )

    @OptionGroup var source: ConfigurationOptions

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
        let settings = try self.source.load(instance: self.instance)
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
}
