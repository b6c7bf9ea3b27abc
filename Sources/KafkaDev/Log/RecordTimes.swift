/// Looks for a time among the records of a batch that is not compressed.
enum RecordTimes {
    /// The first record at or behind `offset` whose timestamp is at least `timestamp`.
    ///
    /// `bytes` is the whole batch. Records that make no sense end the search.
    static func firstRecord(
        in bytes: UnsafeRawBufferPointer,
        header: RecordBatchHeader,
        notBefore timestamp: Int64,
        from offset: Int64
    ) -> (offset: Int64, timestamp: Int64)? {
        var position = RecordBatchHeader.size
        for _ in 0..<header.recordCount {
            guard let length = self.varint(bytes, &position), length > 0, length <= bytes.count - position else {
                return nil
            }
            let end = position + Int(length)
            position += 1
            guard let timeDelta = self.varint(bytes, &position), let offsetDelta = self.varint(bytes, &position) else {
                return nil
            }
            let found = (header.baseOffset &+ offsetDelta, header.firstTimestamp &+ timeDelta)
            if found.0 >= offset, found.1 >= timestamp { return found }
            position = end
        }
        return nil
    }

    /// A zigzag number of seven bits a byte.
    private static func varint(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Int64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < bytes.count else { return nil }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return Int64(bitPattern: (value >> 1) ^ (0 &- (value & 1))) }
        }
        return nil
    }
}
