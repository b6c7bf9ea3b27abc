import Glibc

/// Why a file could not be used.
struct StorageError: Error, CustomStringConvertible {
    /// The call that failed.
    let operation: String
    /// The file or folder.
    let path: String
    /// The system's number for the reason.
    let number: Int32

    /// Whether the disk, or the quota, has no room.
    var isFull: Bool {
        self.number == ENOSPC || self.number == EDQUOT
    }

    var description: String {
        "\(self.operation) \(self.path): \(String(cString: strerror(self.number)))"
    }
}
