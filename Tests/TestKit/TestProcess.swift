import Foundation
import Glibc
import Synchronization

/// A program that a test starts, watches and may kill.
public final class TestProcess: Sendable {
    private struct State {
        var pid: pid_t = 0
        var status: Int32?
    }

    private let state = Mutex(State())
    /// Where standard output goes.
    public let outputPath: String
    /// Where standard error goes.
    public let errorPath: String

    /// Starts `path`.
    ///
    /// - Parameters:
    ///   - path: the program.
    ///   - arguments: what follows its name.
    ///   - environment: its whole environment.
    ///   - folder: where its output files are made.
    /// - Throws: `Failure` when it cannot be started.
    public init(_ path: String, _ arguments: [String], environment: [String: String], folder: String) throws {
        let id = UInt64.random(in: 0 ... .max)
        self.outputPath = "\(folder)/\(id).out"
        self.errorPath = "\(folder)/\(id).err"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, self.outputPath, flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, self.errorPath, flags, 0o600)
        var argv = ([path] + arguments).map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for pointer in argv { free(pointer) }
            for pointer in envp { free(pointer) }
        }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, path, &actions, nil, &argv, &envp)
        guard code == 0 else { throw Failure(text: "\(path) cannot be started: \(String(cString: strerror(code)))") }
        self.state.withLock { $0.pid = pid }
    }

    deinit {
        self.state.withLock { state in
            guard state.status == nil else { return }
            kill(state.pid, SIGKILL)
            waitpid(state.pid, nil, 0)
        }
    }

    /// Why a process could not be used.
    public struct Failure: Error, CustomStringConvertible {
        let text: String

        /// The reason.
        public var description: String { self.text }
    }

    /// Sends a signal, unless the process has ended.
    public func signal(_ number: Int32) {
        self.state.withLock { state in
            if state.status == nil { kill(state.pid, number) }
        }
    }

    /// The exit code, or 128 plus the signal that ended it; nil while it runs.
    public var exitCode: Int32? {
        self.state.withLock { state in
            if state.status == nil {
                var status: Int32 = 0
                if waitpid(state.pid, &status, WNOHANG) == state.pid { state.status = status }
            }
            return state.status.map { $0 & 0x7f == 0 ? ($0 >> 8) & 0xff : 128 + ($0 & 0x7f) }
        }
    }

    /// The exit code, once it has ended; nil when it still runs after `limit`.
    public func wait(atMost limit: Duration) async throws -> Int32? {
        _ = try await eventually(within: limit) { self.exitCode != nil }
        return self.exitCode
    }

    /// What it has written to standard output so far.
    public var output: String {
        // A file that is not there yet is an empty one.
        (try? String(contentsOfFile: self.outputPath, encoding: .utf8)) ?? ""
    }

    /// What it has written to standard error so far.
    public var errorOutput: String {
        (try? String(contentsOfFile: self.errorPath, encoding: .utf8)) ?? ""
    }
}
