import NIOCore

/// A part of a log: one file of batches, named by its first offset, and its index.
final class LogSegment {
    /// The offset of its first record.
    let baseOffset: Int64
    private let folder: String
    private let files: any FileLayer
    /// The length of its batches in bytes.
    var sizeBytes: Int64 = 0
    /// The offset behind its last record.
    var endOffset: Int64
    /// The newest timestamp of its records; the least number when it has none.
    var maxTimestamp = Int64.min
    private var openFile: (any StoredFile)?
    private var openIndex: SegmentIndex?

    init(baseOffset: Int64, folder: String, files: any FileLayer) {
        self.baseOffset = baseOffset
        self.endOffset = baseOffset
        self.folder = folder
        self.files = files
    }

    /// The name of a file that belongs to the segment at `offset`: 20 digits, so that names sort like numbers.
    static func name(_ offset: Int64, _ suffix: String) -> String {
        let digits = String(offset)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits + suffix
    }

    private var logPath: String { "\(self.folder)/\(Self.name(self.baseOffset, ".log"))" }
    private var indexPath: String { "\(self.folder)/\(Self.name(self.baseOffset, ".index"))" }

    /// Makes the segment's files, empty.
    func create() throws(StorageError) {
        let file = try self.files.open(self.logPath, creates: true)
        try file.truncate(to: 0)
        let indexFile = try self.files.open(self.indexPath, creates: true)
        try indexFile.truncate(to: 0)
        self.openFile = file
        self.openIndex = try SegmentIndex(indexFile)
    }

    /// The file of batches.
    func file() throws(StorageError) -> any StoredFile {
        if let openFile { return openFile }
        let file = try self.files.open(self.logPath, creates: false)
        self.openFile = file
        return file
    }

    /// The index.
    func index() throws(StorageError) -> SegmentIndex {
        if let openIndex { return openIndex }
        let index = try SegmentIndex(try self.files.open(self.indexPath, creates: true))
        self.openIndex = index
        return index
    }

    /// Lets go of the descriptors; they open again on demand.
    func closeFiles() {
        self.openFile = nil
        self.openIndex = nil
    }

    /// Removes the segment's files.
    func remove() throws(StorageError) {
        self.closeFiles()
        try self.files.remove(self.logPath)
        try self.files.remove(self.indexPath)
    }

    /// Adds an entry to the index.
    func addIndexEntry() throws(StorageError) {
        var index = try self.index()
        self.openIndex = nil
        defer { self.openIndex = index }
        try index.append(.init(offset: self.endOffset, byte: self.sizeBytes, maxTimestamp: self.maxTimestamp))
    }

    /// Removes all entries of the index.
    func clearIndex() throws(StorageError) {
        var index = try self.index()
        try index.clear()
        self.openIndex = index
    }

    /// Where the last entry of the index points to.
    func lastIndexedByte() throws(StorageError) -> Int64 {
        try self.index().last?.byte ?? 0
    }

    /// Takes size, end and newest timestamp from the index's last entry.
    ///
    /// - Returns: false when it does not stand for the end of the file, so that the segment must be read.
    func adoptEndFromIndex() throws(StorageError) -> Bool {
        let size = try self.file().size()
        guard let last = try self.index().last else { return size == 0 }
        guard last.byte == size, last.offset >= self.baseOffset else { return false }
        self.sizeBytes = size
        self.endOffset = last.offset
        self.maxTimestamp = last.maxTimestamp
        return true
    }

    /// The header of the batch at `byte`; nil at the end, or where there is none.
    func header(at byte: Int64) throws(StorageError) -> RecordBatchHeader? {
        guard byte + Int64(RecordBatchHeader.size) <= self.sizeBytes else { return nil }
        let file = try self.file()
        var block: InlineArray<64, UInt8> = .init(repeating: 0)
        var failure: StorageError?
        var header: RecordBatchHeader?
        var span = block.mutableSpan
        span.withUnsafeMutableBytes { bytes in
            do throws(StorageError) {
                let count = try file.read(into: bytes, at: byte)
                header = RecordBatchHeader(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return header
    }

    /// Reads `count` bytes at `byte`.
    func bytes(at byte: Int64, count: Int) throws(StorageError) -> ByteBuffer {
        let file = try self.file()
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        var failure: StorageError?
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
            do throws(StorageError) {
                return try file.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]), at: byte)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return buffer
    }
}
