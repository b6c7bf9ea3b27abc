/// What has to reach the disk: handed by a log to the thread that syncs, and back.
struct SyncWork: Sendable {
    /// Files to sync.
    var files: [any StoredFile] = []
    /// The folder to sync after them, when it has new names.
    var folder: String?
    /// A small file to be written after all that, which says that everything below it is on the disk.
    var snapshot: (path: String, content: [UInt8])?
    /// Files that the snapshot replaces.
    var outdated: [String] = []
    /// What is on the disk when the work is done.
    var end: LogPosition?

    /// Does it, and blocks for as long as it takes.
    func run(_ layer: any FileLayer) throws(StorageError) {
        for file in self.files { try file.sync() }
        if let folder { try layer.syncFolder(folder) }
        if let snapshot {
            try layer.replace(snapshot.path, with: snapshot.content)
            for path in self.outdated { try layer.remove(path) }
        }
    }
}
