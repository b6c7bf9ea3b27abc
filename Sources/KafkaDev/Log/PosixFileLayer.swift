import Glibc

/// The file system of this machine.
struct PosixFileLayer: FileLayer {
    func makeFolder(_ path: String) throws(StorageError) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw StorageError(operation: "mkdir", path: path, number: errno)
        }
        try self.makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw StorageError(operation: "mkdir", path: path, number: errno)
        }
    }

    func names(in folder: String) throws(StorageError) -> [String] {
        guard let handle = opendir(folder) else {
            throw StorageError(operation: "opendir", path: folder, number: errno)
        }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    func open(_ path: String, creates: Bool) throws(StorageError) -> any StoredFile {
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | (creates ? O_CREAT : 0), 0o644)
        guard descriptor >= 0 else { throw StorageError(operation: "open", path: path, number: errno) }
        return PosixFile(takingOwnershipOf: descriptor, path: path)
    }

    func rename(_ path: String, to newPath: String) throws(StorageError) {
        guard Glibc.rename(path, newPath) == 0 else {
            throw StorageError(operation: "rename", path: path, number: errno)
        }
    }

    func remove(_ path: String) throws(StorageError) {
        guard unlink(path) == 0 || errno == ENOENT else {
            throw StorageError(operation: "unlink", path: path, number: errno)
        }
    }

    func removeFolder(_ path: String) throws(StorageError) {
        let names: [String]
        do {
            names = try self.names(in: path)
        } catch {
            if error.isMissing { return }
            throw error
        }
        for name in names { try self.remove("\(path)/\(name)") }
        guard rmdir(path) == 0 || errno == ENOENT else {
            throw StorageError(operation: "rmdir", path: path, number: errno)
        }
    }

    func syncFolder(_ path: String) throws(StorageError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError(operation: "open", path: path, number: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StorageError(operation: "fsync", path: path, number: errno) }
    }
}
