import Foundation
import ServerRuntime

/// Configuration as files and environment give it.
enum TestConfiguration {
    /// Runs `body` with the section of a file that holds `yaml`; throws the problems that it noted.
    static func read<Result>(
        _ yaml: String,
        _ variables: [String: String] = [:],
        _ body: (ConfigurationSection) throws -> Result
    ) throws -> Result {
        let path = FileManager.default.temporaryDirectory.appending(path: "openim-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        defer {
            // What cannot be removed is left to the system's own cleaning.
            try? FileManager.default.removeItem(at: path)
        }
        try Data(yaml.utf8).write(to: path.appending(path: "test.yml"))
        let folder = try ConfigurationFolder(path: path.path, variables: variables)
        let result = try body(folder.section("test"))
        try folder.validate()
        return result
    }
}
