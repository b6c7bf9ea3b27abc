/// Reads the batches of a segment one after the other and verifies them.
///
/// It holds a window of one mebibyte, or of one batch when that is larger.
struct SegmentReader: ~Copyable {
    private let file: any StoredFile
    private let size: Int64
    private let batchBytesMax: Int
    private var window: UnsafeMutableRawBufferPointer
    /// Where the window begins in the file, and how much of it is filled.
    private var windowStart: Int64 = 0
    private var filled = 0
    private var position: Int64 = 0

    init(file: any StoredFile, size: Int64, batchBytesMax: Int) {
        self.file = file
        self.size = size
        self.batchBytesMax = batchBytesMax
        self.window = .allocate(byteCount: 1 << 20, alignment: 16)
    }

    deinit {
        self.window.deallocate()
    }

    /// The next batch; nil at the end, or where the bytes are not a whole batch with the right checksum.
    mutating func next() throws(StorageError) -> RecordBatchHeader? {
        guard let start = try self.load(RecordBatchHeader.size), let header = RecordBatchHeader(start),
            header.magic == 2, header.size <= self.batchBytesMax, header.recordCount > 0, header.lastOffsetDelta >= 0,
            let batch = try self.load(header.size),
            CRC32C.of(UnsafeRawBufferPointer(rebasing: batch[RecordBatchHeader.checkedFrom...])) == header.checksum
        else { return nil }
        self.position += Int64(header.size)
        return header
    }

    /// So many bytes at the present position; nil when the file ends before.
    private mutating func load(_ count: Int) throws(StorageError) -> UnsafeRawBufferPointer? {
        guard self.position + Int64(count) <= self.size else { return nil }
        if self.position + Int64(count) > self.windowStart + Int64(self.filled) {
            if count > self.window.count {
                self.window.deallocate()
                self.window = .allocate(byteCount: count, alignment: 16)
            }
            self.windowStart = self.position
            self.filled = 0
            let room = Int(min(Int64(self.window.count), self.size - self.position))
            self.filled = try self.file.read(
                into: UnsafeMutableRawBufferPointer(rebasing: self.window[..<room]),
                at: self.position
            )
            guard self.filled >= count else { return nil }
        }
        let offset = Int(self.position - self.windowStart)
        return UnsafeRawBufferPointer(rebasing: self.window[offset..<(offset + count)])
    }
}
