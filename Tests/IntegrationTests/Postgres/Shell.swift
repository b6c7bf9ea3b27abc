import Glibc

/// Runs shell scripts for tests that start and stop a server of their own.
enum Shell {
    struct Failure: Error {
        let script: String
        let status: Int32
    }

    /// Runs `script` in a child process and waits for its end, on a thread of its own.
    static func run(_ script: String) async throws {
        let status = await withCheckedContinuation { continuation in
            let box = Unmanaged.passRetained(Box { continuation.resume(returning: self.wait(script)) })
            var thread = pthread_t()
            let failure = pthread_create(
                &thread,
                nil,
                { pointer in
                    if let pointer {
                        Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().work()
                    }
                    return nil
                },
                box.toOpaque()
            )
            if failure == 0 {
                pthread_detach(thread)
            } else {
                box.takeRetainedValue().work()
            }
        }
        guard status == 0 else { throw Failure(script: script, status: status) }
    }

    private final class Box: Sendable {
        let work: @Sendable () -> Void
        init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }

    private static func wait(_ script: String) -> Int32 {
        let words: [String] = ["/bin/sh", "-ec", script]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer {
            for argument in arguments {
                free(argument)
            }
        }
        var process = pid_t()
        guard posix_spawn(&process, "/bin/sh", nil, nil, &arguments, environ) == 0 else { return -1 }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status
    }
}
