import Foundation
import Glibc

/// A PostgreSQL server of the measurement's own, with a new cluster in a temporary folder; it ends with this program.
///
/// It forces its log to the disk as it does by default (`fsync`, `synchronous_commit`). Checkpoints and autovacuum, which
/// would strike one side or the other, do not happen within the time of a run.
final class PostgresServer: Sendable {
    static let user = "bench"
    static let database = "postgres"

    let port: Int
    let facts: [String]
    private let process: ChildProcess

    private init(port: Int, facts: [String], process: ChildProcess) {
        self.port = port
        self.facts = facts
        self.process = process
    }

    /// What libpq needs to connect.
    var conninfo: String {
        "host=127.0.0.1 port=\(self.port) user=\(Self.user) dbname=\(Self.database) sslmode=disable gssencmode=disable"
    }

    /// The end of what it has written.
    var lastWords: String { String(self.process.output.suffix(1000)) }

    /// Creates a cluster, starts a server and waits until it is ready.
    ///
    /// - Parameter port: where it listens; 0 for any free port.
    /// - Returns: the server.
    /// - Throws: `BenchFailure` with its output.
    static func start(port: Int) async throws -> PostgresServer {
        let folder = try TemporaryFolder().path
        let port = try port == 0 ? LoopbackPort.free() : port
        let programs = try await self.programs(folder)
        let data = "\(folder)/data"
        try self.giveAway(folder)
        let cluster = [
            "-D", data, "-U", self.user, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        ]
        let initdb = try await self.spawn("\(programs)/initdb", cluster, "\(folder)/initdb")
        _ = try await initdb.finish(within: .seconds(60))
        let settings = [
            "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_wal_size=16GB", "checkpoint_timeout=1d",
            "autovacuum=off",
        ]
        let process = try await self.spawn(
            "\(programs)/postgres",
            ["-D", data, "-p", "\(port)"] + settings.flatMap { ["-c", $0] },
            "\(folder)/output"
        )
        CleanUp.add { self.stop(process) }
        let end = ContinuousClock.now.advanced(by: .seconds(30))
        while !process.output.contains("ready to accept connections") {
            guard process.exitCode == nil, ContinuousClock.now < end else {
                throw BenchFailure("postgres did not start on port \(port): \(process.output.suffix(500))")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        let version = process.output.firstMatch(of: /starting PostgreSQL ([0-9.]+)/).map { String($0.1) }
        let facts = ["server: PostgreSQL \(version ?? "?") on 127.0.0.1:\(port), pid \(process.pid), data in \(folder)"]
        return PostgresServer(port: port, facts: facts, process: process)
    }

    /// The folder with the programs of the installed version.
    private static func programs(_ folder: String) async throws -> String {
        let process = try await ChildProcess("pg_config", ["--bindir"], outputPath: "\(folder)/bindir")
        let path = try await process.finish(within: .seconds(10)).trimmingCharacters(in: .whitespacesAndNewlines)
        guard FileManager.default.isExecutableFile(atPath: "\(path)/initdb") else {
            throw BenchFailure("there is no initdb in \(path): apt-get install postgresql")
        }
        return path
    }

    /// Postgres refuses to run as root; then user postgres does it.
    private static func giveAway(_ folder: String) throws {
        guard getuid() == 0 else { return }
        guard let postgres = getpwnam("postgres"),
            chown(folder, postgres.pointee.pw_uid, postgres.pointee.pw_gid) == 0
        else { throw BenchFailure("\(folder) cannot be given to user postgres, as whom the server runs") }
    }

    /// Starts one of its programs, which gets SIGQUIT if this program dies.
    ///
    /// The signal that was asked for goes away with the change of the user, so it is asked for again. SIGQUIT has the
    /// server end its processes and give back its shared memory, which SIGKILL would leave behind.
    private static func spawn(_ program: String, _ arguments: [String], _ output: String) async throws -> ChildProcess {
        let user = getuid() == 0 ? ["--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
        // They go to the folder that they were started in, which user postgres may not be able to enter.
        let words = user + ["--pdeathsig", "QUIT", "--", "env", "-C", "/", program]
        return try await ChildProcess("setpriv", words + arguments, outputPath: output)
    }

    /// Ends the server at once, but in order; nobody needs its data.
    private static func stop(_ process: ChildProcess) {
        process.signal(SIGQUIT)
        for _ in 0..<500 where process.exitCode == nil { usleep(10_000) }
        process.kill()
    }
}
