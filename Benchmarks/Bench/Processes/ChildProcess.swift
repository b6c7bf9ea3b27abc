import Foundation
import Glibc
import Synchronization

/// A program that this one has started and that cannot outlive it.
///
/// The kernel kills it at the death of the thread that started it (`setpriv --pdeathsig`, Linux), which is `SpawnThread`.
final class ChildProcess: Sendable {
    let pid: pid_t
    private let outputPath: String
    private let status = Mutex<Int32?>(nil)

    /// Starts `program`, which is looked for in `PATH`; its output goes to the file `outputPath`.
    init(_ program: String, _ arguments: [String], outputPath: String) async throws {
        let words = ["setpriv", "--pdeathsig", "KILL", "--", program] + arguments
        let spawned = await SpawnThread.run { Self.spawn(words, outputPath) }
        guard spawned.number == 0 else {
            throw BenchFailure(
                "\(words[0]), which starts \(program), cannot be started: \(String(cString: strerror(spawned.number)))"
            )
        }
        self.pid = spawned.pid
        self.outputPath = outputPath
    }

    private static func spawn(_ words: [String], _ outputPath: String) -> (pid: pid_t, number: Int32) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, outputPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        var argv = words.map { strdup($0) } + [nil]
        defer { for pointer in argv { free(pointer) } }
        var pid: pid_t = 0
        let number = posix_spawnp(&pid, words[0], &actions, nil, &argv, environ)
        return (pid, number)
    }

    deinit { self.kill() }

    /// What it has written so far.
    var output: String {
        // A file that is not there yet is an empty one.
        (try? String(contentsOfFile: self.outputPath, encoding: .utf8)) ?? ""
    }

    /// The exit code, or 128 plus the signal that ended it; `nil` while it runs.
    var exitCode: Int32? {
        self.status.withLock { status in
            if status == nil {
                var word: Int32 = 0
                if waitpid(self.pid, &word, WNOHANG) == self.pid { status = word }
            }
            return status.map { $0 & 0x7f == 0 ? ($0 >> 8) & 0xff : 128 + ($0 & 0x7f) }
        }
    }

    /// Sends a signal, unless the process has ended.
    func signal(_ number: Int32) {
        self.status.withLock { status in
            if status == nil { _ = Glibc.kill(self.pid, number) }
        }
    }

    /// Ends the process at once and waits for its end, also when it is stopped.
    func kill() {
        self.status.withLock { status in
            guard status == nil else { return }
            _ = Glibc.kill(self.pid, SIGKILL)
            var word: Int32 = 0
            while waitpid(self.pid, &word, 0) < 0, errno == EINTR {}
            status = word
        }
    }

    /// Waits for the end of the process and returns its output.
    ///
    /// - Throws: when it has not ended within `limit`, upon which it is killed, and when its exit code is not 0.
    func finish(within limit: Duration) async throws -> String {
        let end = ContinuousClock.now.advanced(by: limit)
        while self.exitCode == nil, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(5)) }
        self.kill()
        guard self.exitCode == 0 else {
            throw BenchFailure("process \(self.pid) ended with \(self.exitCode ?? -1): \(self.output.suffix(500))")
        }
        return self.output
    }
}
