import Glibc
import NIOPosix
import Synchronization

/// Writes records of one kind to a file, in the background.
///
/// Belongs to one event loop, which only fills memory; whole buffers go to a thread. At most `waitingMax` buffers wait
/// there: a disk that is slower than the load ends the logging with an error instead of slowing the load down.
final class LogFile<Record: LogRecord> {
    /// The disk did not keep up, or could not be written.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private final class State: Sendable {
        let waiting = Atomic<Int>(0)
        let error = Mutex<String?>(nil)
    }

    private static var bufferBytes: Int { 256 << 10 }
    private static var waitingMax: Int { 64 }

    private let descriptor: Int32
    private let writer: NIOThreadPool
    private let state = State()
    private var buffer: [UInt8] = []

    /// Creates the file `folder/<name>-<number>.bin`.
    ///
    /// - Parameters:
    ///   - folder: an existing folder.
    ///   - number: the event loop's.
    ///   - writer: one thread, which keeps the order of buffers.
    /// - Throws: `Failure` when the file cannot be made.
    init(folder: String, number: Int, writer: NIOThreadPool) throws(Failure) {
        let path = "\(folder)/\(Record.fileName)-\(number).bin"
        self.descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard self.descriptor >= 0 else {
            throw Failure(description: "\(path): \(String(cString: strerror(errno)))")
        }
        self.writer = writer
        self.buffer.reserveCapacity(Self.bufferBytes)
    }

    /// Adds a record.
    func append(_ record: Record) {
        let position = self.buffer.count
        self.buffer.append(contentsOf: repeatElement(0, count: Record.size))
        self.buffer.withUnsafeMutableBytes {
            record.write(to: UnsafeMutableRawBufferPointer(rebasing: $0[position...]))
        }
        if self.buffer.count > Self.bufferBytes - Record.size { self.flush() }
    }

    /// Hands what is in memory to the writing thread.
    func flush() {
        guard !self.buffer.isEmpty else { return }
        let (state, descriptor, bytes) = (self.state, self.descriptor, self.buffer)
        self.buffer = []
        self.buffer.reserveCapacity(Self.bufferBytes)
        guard state.waiting.wrappingAdd(1, ordering: .relaxed).newValue <= Self.waitingMax else {
            state.error.withLock { $0 = $0 ?? "the disk is slower than the load" }
            return
        }
        self.writer.submit { _ in
            if !Self.write(bytes, to: descriptor) {
                let reason = String(cString: strerror(errno))
                state.error.withLock { $0 = $0 ?? reason }
            }
            state.waiting.wrappingSubtract(1, ordering: .relaxed)
        }
    }

    /// Flushes, and closes the file behind what waits.
    ///
    /// - Returns: tells what went wrong since the file was made; call it after the writer's work is done.
    func close() -> @Sendable () -> String? {
        self.flush()
        let (state, descriptor) = (self.state, self.descriptor)
        self.writer.submit { _ in _ = Glibc.close(descriptor) }
        return { state.error.withLock { $0 } }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
    }
}
