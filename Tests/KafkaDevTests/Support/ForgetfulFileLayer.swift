import Synchronization

@testable import KafkaDev

/// A file system in memory that forgets, at a power cut, whatever was not synced: contents and names.
final class ForgetfulFileLayer: FileLayer {
    /// A file with what is on the disk and what is only in the page cache.
    final class File: StoredFile {
        fileprivate struct State {
            var current: [UInt8] = []
            var synced: [UInt8] = []
        }

        fileprivate let state = Mutex(State())
        /// The layer holds its files, and whoever uses a file holds the layer.
        private unowned let layer: ForgetfulFileLayer

        init(layer: ForgetfulFileLayer) {
            self.layer = layer
        }

        func size() -> Int64 {
            Int64(self.state.withLock { $0.current.count })
        }

        func read(into bytes: UnsafeMutableRawBufferPointer, at position: Int64) -> Int {
            self.state.withLock { state in
                guard position < state.current.count else { return 0 }
                let part = state.current[Int(position)..<min(state.current.count, Int(position) + bytes.count)]
                bytes.copyBytes(from: part)
                return part.count
            }
        }

        func write(_ bytes: UnsafeRawBufferPointer, at position: Int64) throws(StorageError) {
            let room = self.layer.takeRoom(bytes.count)
            self.state.withLock { state in
                let start = Int(position)
                if state.current.count < start + room {
                    state.current += [UInt8](repeating: 0, count: start + room - state.current.count)
                }
                state.current.replaceSubrange(start..<(start + room), with: bytes[..<room])
            }
            // ENOSPC is 28 on Linux.
            if room < bytes.count { throw StorageError(operation: "write", path: "memory", number: 28) }
        }

        func truncate(to size: Int64) {
            self.state.withLock { state in
                if state.current.count > size { state.current.removeLast(state.current.count - Int(size)) }
            }
        }

        func sync() throws(StorageError) {
            try self.layer.checkSync()
            self.state.withLock { $0.synced = $0.current }
        }

        /// The content, for tests that damage it.
        var content: [UInt8] {
            get { self.state.withLock { $0.current } }
            set {
                self.state.withLock {
                    $0.current = newValue
                    $0.synced = newValue
                }
            }
        }

        /// Keeps what is on the disk and, of what is not, a first part: disks write in any order.
        fileprivate func powerCut(keeping share: Double) {
            self.state.withLock { state in
                let extra = Int(Double(max(0, state.current.count - state.synced.count)) * share)
                let kept = state.current.prefix(state.synced.count + extra).dropFirst(state.synced.count)
                state.current = state.synced + kept
                state.synced = state.current
            }
        }
    }

    private struct State {
        var names: [String: File] = [:]
        var syncedNames: [String: File] = [:]
        var folders: Set<String> = []
        var roomLeft: Int?
        var failsSync = false
        var syncs = 0
    }

    private let state = Mutex(State())

    /// So many bytes can still be written; nil for any number.
    var roomLeft: Int? {
        get { self.state.withLock { $0.roomLeft } }
        set { self.state.withLock { $0.roomLeft = newValue } }
    }

    /// Whether syncing fails.
    var failsSync: Bool {
        get { self.state.withLock { $0.failsSync } }
        set { self.state.withLock { $0.failsSync = newValue } }
    }

    /// How many files were synced.
    var syncs: Int { self.state.withLock { $0.syncs } }

    /// The file of this name.
    func file(_ path: String) -> File? {
        self.state.withLock { $0.names[path] }
    }

    /// All names.
    var paths: [String] {
        self.state.withLock { $0.names.keys.sorted() }
    }

    /// Forgets what is not on the disk.
    ///
    /// - Parameter share: how much of what was appended and not synced happens to be there, 0...1.
    func powerCut(keeping share: Double = 0) {
        self.state.withLock { state in
            state.names = state.syncedNames
            for file in state.names.values { file.powerCut(keeping: share) }
        }
    }

    private func takeRoom(_ wanted: Int) -> Int {
        self.state.withLock { state in
            guard let left = state.roomLeft else { return wanted }
            let given = min(left, wanted)
            state.roomLeft = left - given
            return given
        }
    }

    private func checkSync() throws(StorageError) {
        let fails = self.state.withLock { state in
            state.syncs += 1
            return state.failsSync
        }
        // EIO is 5 everywhere.
        if fails { throw StorageError(operation: "fdatasync", path: "memory", number: 5) }
    }

    func makeFolder(_ path: String) {
        self.state.withLock { _ = $0.folders.insert(path) }
    }

    func names(in folder: String) -> [String] {
        self.state.withLock { state in
            let paths = Array(state.names.keys) + Array(state.folders)
            return Set(
                paths.compactMap { path in
                    guard path.hasPrefix(folder + "/") else { return nil }
                    return path.dropFirst(folder.count + 1).split(separator: "/").first.map(String.init)
                }
            ).sorted()
        }
    }

    func open(_ path: String, creates: Bool) throws(StorageError) -> any StoredFile {
        let file = self.state.withLock { state in
            if state.names[path] == nil, creates { state.names[path] = File(layer: self) }
            return state.names[path]
        }
        guard let file else { throw StorageError(operation: "open", path: path, number: 2) }
        return file
    }

    func rename(_ path: String, to newPath: String) {
        self.state.withLock { state in
            state.names[newPath] = state.names.removeValue(forKey: path)
        }
    }

    func remove(_ path: String) {
        self.state.withLock { _ = $0.names.removeValue(forKey: path) }
    }

    func removeFolder(_ path: String) {
        self.state.withLock { state in
            state.names = state.names.filter { !$0.key.hasPrefix(path + "/") }
            state.folders.remove(path)
        }
    }

    func syncFolder(_ path: String) throws(StorageError) {
        try self.checkSync()
        self.state.withLock { state in
            state.syncedNames = state.syncedNames.filter { !Self.isDirectly($0.key, in: path) }
            for (name, file) in state.names where Self.isDirectly(name, in: path) { state.syncedNames[name] = file }
        }
    }

    private static func isDirectly(_ path: String, in folder: String) -> Bool {
        path.hasPrefix(folder + "/") && !path.dropFirst(folder.count + 1).contains("/")
    }
}
