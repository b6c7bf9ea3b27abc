import Foundation

/// A folder of a test's own, removed by `remove()` or with the object.
public final class TemporaryFolder: Sendable {
    /// Its path.
    public let path: String

    /// Makes the folder, readable by this user only.
    ///
    /// - Parameter name: the beginning of its name.
    /// - Throws: what the file system says.
    public init(_ name: String) throws {
        let id = String(UInt64.random(in: 0 ... .max), radix: 36)
        let url = FileManager.default.temporaryDirectory.appending(path: "\(name)-\(id)")
        try FileManager.default.createDirectory(
            at: url,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        self.path = url.path
    }

    deinit {
        self.remove()
    }

    /// Removes the folder and all in it; once is enough.
    public func remove() {
        // It may be gone already.
        try? FileManager.default.removeItem(atPath: self.path)
    }
}
