/// An open file, read and written by position from any thread.
///
/// It is closed when the last reference goes, so that a thread that is syncing it never meets a closed one.
protocol StoredFile: AnyObject, Sendable {
    /// Its length in bytes.
    func size() throws(StorageError) -> Int64

    /// Fills `bytes` from `position` on.
    ///
    /// - Returns: how many bytes there were, fewer than asked for only at the end of the file.
    func read(into bytes: UnsafeMutableRawBufferPointer, at position: Int64) throws(StorageError) -> Int

    /// Writes all of `bytes`, which may be there in part after an error.
    func write(_ bytes: UnsafeRawBufferPointer, at position: Int64) throws(StorageError)

    /// Cuts the file.
    func truncate(to size: Int64) throws(StorageError)

    /// Returns when the content, and what is needed to find it, is on the disk.
    func sync() throws(StorageError)
}
