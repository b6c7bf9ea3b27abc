import Foundation
import Redis

/// A `redis-server` in cluster mode, without slots and without other nodes, for questions about slots and keys.
enum ClusterNodeProcess {
    /// Runs `body` with the configuration of a client for a new server; kills the server afterwards.
    static func with<Result>(_ body: (RedisConfiguration) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cluster-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Only the file of the node's identity is in it.
        defer { try? FileManager.default.removeItem(at: folder) }
        let port = try FreePort.find()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // The bus has a port of its own, because the usual distance of 10,000 may lead above the last port.
        process.arguments = [
            "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--cluster-enabled", "yes", "--cluster-port", "\(try FreePort.find())", "--dir", folder.path,
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            _ = kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        return try await body(RedisConfiguration(port: port))
    }
}
