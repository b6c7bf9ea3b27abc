import ArgumentParser
import Foundation
import Logging
import ServerRuntime
import Telemetry

/// The options by which every command finds its configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("config_folder_path")],
        help: "The configuration folder. Default: $OPENIMCONFIG, else config/."
    )
    var configFolder: String?

    /// Reads the configuration and sets up the log.
    ///
    /// - Parameter instance: which entry of port lists this process takes, from 0.
    /// - Returns: the settings.
    /// - Throws: `ConfigurationError` with all problems.
    func load(instance: Int = 0) throws -> ServerSettings {
        let environment = ProcessInfo.processInfo.environment
        let folder = self.configFolder ?? environment["OPENIMCONFIG"] ?? "config"
        let variables = try self.variables(environment, besides: folder)
        let configuration = try ConfigurationFolder(path: folder, variables: variables)
        let settings = try ServerSettings(configuration, instance: instance)
        LoggingSystem.bootstrap { label in
            StructuredLogHandler(
                label: label,
                format: settings.log.format,
                level: settings.log.level,
                output: .standardError
            )
        }
        return settings
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
