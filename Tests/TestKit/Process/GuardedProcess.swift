import Foundation
import Glibc
import Synchronization

/// A server of a test's own that cannot outlive the test run.
///
/// The kernel kills it when this process ends in whatever way (`setpriv --pdeathsig`, Linux). Standard output and error
/// go to one file. It inherits no descriptor of this process.
public final class GuardedProcess: Sendable {
    /// Why a process could not be started.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// The reason.
        public let description: String
    }

    private struct State {
        let pid: pid_t
        var status: Int32?
    }

    /// Its number, for signals that are not here.
    public let pid: Int32
    private let outputPath: String
    private let state: Mutex<State>

    /// Starts `program`, which is looked for in `PATH`.
    ///
    /// - Parameters:
    ///   - program: its name or path.
    ///   - arguments: what follows its name.
    ///   - environment: added to the environment of this process.
    ///   - outputPath: the file that its output is appended to.
    /// - Throws: `Failure` when there is no child process. That `program` is missing shows in its exit code, 127.
    public init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        outputPath: String
    ) throws(Failure) {
        let words = ["setpriv", "--pdeathsig", "KILL", "--", program] + arguments
        let variables = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let spawned = SpawnThread.run { Self.spawn(words, variables, outputPath) }
        guard let spawned else { throw Failure(description: "no thread to start \(program)") }
        guard spawned.number == 0 else {
            throw Failure(description: "setpriv cannot be started: \(String(cString: strerror(spawned.number)))")
        }
        self.pid = spawned.pid
        self.outputPath = outputPath
        self.state = Mutex(State(pid: spawned.pid))
    }

    deinit {
        self.kill()
    }

    private static func spawn(
        _ words: [String],
        _ variables: [String: String],
        _ outputPath: String
    ) -> (pid: pid_t, number: Int32) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, outputPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        // A socket that another thread has not marked yet would stay open in the child; closing a number that is not
        // open does no harm.
        for descriptor in 3..<(self.highestDescriptor() + 32) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var argv = words.map { strdup($0) } + [nil]
        var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for pointer in argv { free(pointer) }
            for pointer in envp { free(pointer) }
        }
        var pid: pid_t = 0
        let number = posix_spawnp(&pid, words[0], &actions, nil, &argv, &envp)
        return (pid, number)
    }

    private static func highestDescriptor() -> Int32 {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return entries.compactMap { Int32($0) }.max() ?? 256
    }

    /// Sends a signal, unless the process has ended.
    public func signal(_ number: Int32) {
        self.state.withLock { state in
            if state.status == nil { _ = Glibc.kill(state.pid, number) }
        }
    }

    /// Ends the process as a crash would and waits for its end, also when it is stopped.
    public func kill() {
        self.state.withLock { state in
            guard state.status == nil else { return }
            _ = Glibc.kill(state.pid, SIGKILL)
            var status: Int32 = 0
            while waitpid(state.pid, &status, 0) < 0, errno == EINTR {}
            state.status = status
        }
    }

    /// Stops all its threads: sockets stay open and nothing is answered.
    public func stall() {
        self.signal(SIGSTOP)
    }

    /// Lets a stopped process go on.
    public func resume() {
        self.signal(SIGCONT)
    }

    /// Asks the process to end, and kills it when it still runs after `limit`.
    ///
    /// - Returns: the exit code.
    public func terminate(within limit: Duration = .seconds(5)) async -> Int32 {
        self.signal(SIGTERM)
        return await self.wait(atMost: limit)
    }

    /// Waits for the end of the process, and kills it when it still runs after `limit` or the task is cancelled.
    ///
    /// - Returns: the exit code.
    public func wait(atMost limit: Duration) async -> Int32 {
        // Cancellation ends the wait early, which is wanted.
        _ = try? await eventually(within: limit) { self.exitCode != nil }
        self.kill()
        return self.exitCode ?? 128 + SIGKILL
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

    /// What it has written so far.
    public var output: String {
        // A file that is not there yet is an empty one.
        (try? String(contentsOfFile: self.outputPath, encoding: .utf8)) ?? ""
    }
}
