/// The file system as the broker uses it; tests put another one here, which loses what was not synced.
protocol FileLayer: Sendable {
    /// Makes a folder and those above it; one that is there is fine.
    func makeFolder(_ path: String) throws(StorageError)

    /// The names in a folder.
    func names(in folder: String) throws(StorageError) -> [String]

    /// Opens a file for reading and writing.
    func open(_ path: String, creates: Bool) throws(StorageError) -> any StoredFile

    /// Gives a file another name, in place of a file of that name.
    func rename(_ path: String, to newPath: String) throws(StorageError)

    /// Removes a file; one that is not there is fine.
    func remove(_ path: String) throws(StorageError)

    /// Removes a folder and the files in it; one that is not there is fine.
    func removeFolder(_ path: String) throws(StorageError)

    /// Returns when the names in a folder are on the disk.
    func syncFolder(_ path: String) throws(StorageError)
}

extension FileLayer {
    /// The whole content of a small file; nil when there is no such file.
    ///
    /// What is longer than `sizeMax` bytes counts as missing; a file of this broker is not.
    func content(of path: String, sizeMax: Int = 64 << 20) throws(StorageError) -> [UInt8]? {
        let file: any StoredFile
        do {
            file = try self.open(path, creates: false)
        } catch {
            if error.isMissing { return nil }
            throw error
        }
        let size = try file.size()
        guard size <= sizeMax else { return nil }
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(size), alignment: 1)
        defer { block.deallocate() }
        let count = try file.read(into: block, at: 0)
        return Array(block[..<count])
    }

    /// Replaces a small file as a whole: after a crash it is the old one or the new one, and after the return the new one.
    func replace(_ path: String, with content: [UInt8]) throws(StorageError) {
        let temporary = path + ".tmp"
        let file = try self.open(temporary, creates: true)
        try file.truncate(to: 0)
        var failure: StorageError?
        content.withUnsafeBytes { bytes in
            do throws(StorageError) {
                try file.write(bytes, at: 0)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        try file.sync()
        try self.rename(temporary, to: path)
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        try self.syncFolder(folder)
    }
}

extension StorageError {
    /// Whether there is no such file or folder.
    var isMissing: Bool {
        // ENOENT is 2 on every system.
        self.number == 2
    }
}
