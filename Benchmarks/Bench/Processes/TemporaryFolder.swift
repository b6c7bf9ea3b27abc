import Foundation

/// A new folder that only its owner may enter, removed at the end of the program.
struct TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        self.path = path
        CleanUp.add { Self.remove(path) }
    }

    /// Removes it before the end of the program.
    func remove() { Self.remove(self.path) }

    private static func remove(_ path: String) {
        // What cannot be removed is a few small files among other temporary ones.
        try? FileManager.default.removeItem(atPath: path)
    }
}
