import Glibc
import Synchronization

/// A file descriptor that log lines are written to whole.
///
/// A line is handed to the kernel in one call under a lock, so lines of many threads never mix. When the descriptor
/// cannot take it (a full disk, a closed pipe) the line is dropped: logging must not stop the server.
public final class LogOutput: Sendable {
    private let descriptor: Int32
    private let lock = Mutex<Void>(())

    /// Writes to `descriptor`, which the caller keeps open.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// The process's standard error.
    public static let standardError = LogOutput(descriptor: STDERR_FILENO)

    func write(_ line: String) {
        var line = line
        self.lock.withLock { _ in
            line.withUTF8 { bytes in
                var rest = UnsafeRawBufferPointer(bytes)
                while !rest.isEmpty {
                    let written = Glibc.write(self.descriptor, rest.baseAddress, rest.count)
                    if written < 0, errno == EINTR { continue }
                    guard written > 0 else { return }
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
                }
            }
        }
    }
}
