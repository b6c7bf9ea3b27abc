import NIOCore

extension PartitionLog {
    /// Whether consumers may ask for `offset`.
    func contains(_ offset: Int64) -> Bool {
        offset >= self.startOffset && offset <= self.highWatermark
    }

    /// Reads whole batches from the one that holds `offset`, out of one segment.
    ///
    /// - Parameters:
    ///   - offset: `contains` it.
    ///   - bytesMax: not exceeded, except for the first batch.
    ///   - takesOversized: whether a first batch above `bytesMax` is read all the same.
    /// - Returns: the batches; no bytes when there are none yet, or too large ones.
    /// - Throws: what the file system says.
    func read(from offset: Int64, bytesMax: Int, takesOversized: Bool) throws(StorageError) -> ByteBuffer {
        guard offset < self.highWatermark, let (segment, start) = try self.locate(offset),
            let first = try segment.header(at: start)
        else { return ByteBuffer() }
        let end = segment.baseOffset == self.visibleEnd.segment ? self.visibleEnd.byte : segment.sizeBytes
        var count = min(Int64(bytesMax), end - start)
        if count < Int64(first.size) {
            guard takesOversized, Int64(first.size) <= end - start else { return ByteBuffer() }
            count = Int64(first.size)
        }
        var bytes = try segment.bytes(at: start, count: Int(count))
        let (length, next) = Self.wholeBatches(bytes)
        bytes.moveWriterIndex(to: bytes.readerIndex + length)
        if length > 0 {
            self.remember(LogPosition(offset: next, segment: segment.baseOffset, byte: start + Int64(length)))
        }
        if segment !== self.active, start + Int64(length) >= segment.sizeBytes { segment.closeFiles() }
        return bytes
    }

    /// The length of the whole batches at the beginning of `bytes`, and the offset behind them.
    private static func wholeBatches(_ bytes: ByteBuffer) -> (length: Int, next: Int64) {
        bytes.withUnsafeReadableBytes { bytes in
            var (length, next) = (0, Int64(0))
            while let header = RecordBatchHeader(UnsafeRawBufferPointer(rebasing: bytes[length...])),
                header.size <= bytes.count - length
            {
                length += header.size
                next = header.endOffset
            }
            return (length, next)
        }
    }

    /// The segment with `offset`.
    private func segmentIndex(_ offset: Int64) -> Int? {
        var (low, high) = (0, self.segments.count)
        while low < high {
            let middle = low + (high - low) / 2
            if self.segments[middle].baseOffset <= offset { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? low - 1 : nil
    }

    /// The batch that holds `offset`.
    private func locate(_ offset: Int64) throws(StorageError) -> (LogSegment, Int64)? {
        guard let index = self.segmentIndex(offset) else { return nil }
        let segment = self.segments[index]
        self.willRead(segment)
        if let recent = self.recent(offset), recent.segment == segment.baseOffset { return (segment, recent.byte) }
        var byte = try segment.index().last { $0.offset <= offset }?.byte ?? 0
        while let header = try segment.header(at: byte) {
            if header.endOffset > offset { return (segment, byte) }
            byte += Int64(header.size)
        }
        return nil
    }

    /// The first record that is at least as new as `timestamp`.
    ///
    /// Inside a compressed batch its first record stands for all: a consumer then gets a few older ones too, and misses
    /// none.
    func find(notBefore timestamp: Int64) throws(StorageError) -> (offset: Int64, timestamp: Int64)? {
        for segment in self.segments where segment.maxTimestamp >= timestamp && segment.endOffset > self.startOffset {
            self.willRead(segment)
            var byte = try segment.index().last { $0.maxTimestamp < timestamp }?.byte ?? 0
            while let header = try segment.header(at: byte) {
                if header.baseOffset >= self.highWatermark { return nil }
                if header.maxTimestamp >= timestamp, header.endOffset > self.startOffset,
                    let found = try self.find(notBefore: timestamp, header, segment, byte)
                {
                    return found
                }
                byte += Int64(header.size)
            }
        }
        return nil
    }

    private func find(
        notBefore timestamp: Int64,
        _ header: RecordBatchHeader,
        _ segment: LogSegment,
        _ byte: Int64
    ) throws(StorageError) -> (offset: Int64, timestamp: Int64)? {
        guard header.codec == 0 else {
            return (max(header.baseOffset, self.startOffset), header.firstTimestamp)
        }
        let bytes = try segment.bytes(at: byte, count: header.size)
        return bytes.withUnsafeReadableBytes {
            RecordTimes.firstRecord(in: $0, header: header, notBefore: timestamp, from: self.startOffset)
        }
    }

    /// The record with the greatest timestamp; of a compressed batch, its last record.
    func findNewest() throws(StorageError) -> (offset: Int64, timestamp: Int64)? {
        let timestamps = self.segments.lazy.filter { $0.endOffset > self.startOffset }.map(\.maxTimestamp)
        guard let newest = timestamps.max(), newest != .min else { return nil }
        guard let found = try self.find(notBefore: newest) else { return nil }
        if found.timestamp == newest { return found }
        guard let (segment, byte) = try self.locate(found.offset), let header = try segment.header(at: byte) else {
            return found
        }
        return (header.lastOffset, header.maxTimestamp)
    }
}
