import Glibc

/// A file of this machine, by its descriptor.
final class PosixFile: StoredFile {
    private let descriptor: Int32
    private let path: String

    init(takingOwnershipOf descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        close(self.descriptor)
    }

    private func failure(_ operation: String) -> StorageError {
        StorageError(operation: operation, path: self.path, number: errno)
    }

    func size() throws(StorageError) -> Int64 {
        var status = stat()
        guard fstat(self.descriptor, &status) == 0 else { throw self.failure("fstat") }
        return Int64(status.st_size)
    }

    func read(into bytes: UnsafeMutableRawBufferPointer, at position: Int64) throws(StorageError) -> Int {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
            let count = pread(self.descriptor, rest.baseAddress, rest.count, off_t(position) + off_t(done))
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw self.failure("pread")
            }
            done += count
        }
        return done
    }

    func write(_ bytes: UnsafeRawBufferPointer, at position: Int64) throws(StorageError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(self.descriptor, rest.baseAddress, rest.count, off_t(position) + off_t(done))
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                throw self.failure("pwrite")
            }
            done += count
        }
    }

    func truncate(to size: Int64) throws(StorageError) {
        guard ftruncate(self.descriptor, off_t(size)) == 0 else { throw self.failure("ftruncate") }
    }

    func sync() throws(StorageError) {
        guard fdatasync(self.descriptor) == 0 else { throw self.failure("fdatasync") }
    }
}
