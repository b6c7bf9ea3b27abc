import Glibc

/// Keeps a second broker out of a data folder, for as long as it lives.
///
/// The kernel lets go of it when the process ends in whatever way.
final class DataFolderLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, without waiting.
    init(folder: String) throws(KafkaDevError) {
        let path = "\(folder)/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let cause = StorageError(operation: "open", path: path, number: errno)
            throw KafkaDevError(code: .storage, message: "the data folder cannot be used", cause: cause)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw KafkaDevError(code: .inUse, message: "another broker uses the data folder \(folder)")
        }
        self.descriptor = descriptor
    }

    deinit {
        close(self.descriptor)
    }
}
