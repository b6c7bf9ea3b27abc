/// What is checked before a batch of a producer is stored.
enum RecordBatchCheck {
    /// The header of a batch that may be stored.
    ///
    /// Records stay opaque: what stands in them, compressed or not, is the business of the clients.
    ///
    /// - Parameters:
    ///   - bytes: the records of one partition of a request: exactly one batch.
    ///   - sizeMax: the greatest size of a batch in bytes.
    ///   - allowsZstandard: whether the version of the request knows this codec.
    /// - Returns: the header.
    /// - Throws: what the answer says.
    static func validate(
        _ bytes: UnsafeRawBufferPointer,
        sizeMax: Int,
        allowsZstandard: Bool = true
    ) throws(ErrorCode) -> RecordBatchHeader {
        guard bytes.count > 16 else { throw .corruptMessage }
        // The format's number stands at the same place in all formats.
        guard bytes[16] == 2 else { throw .invalidRecord }
        guard let header = RecordBatchHeader(bytes) else { throw .corruptMessage }
        guard header.size <= sizeMax else { throw .messageTooLarge }
        guard header.size <= bytes.count else { throw .corruptMessage }
        // One batch a partition, as a broker requires since produce requests of version 3.
        guard header.size == bytes.count else { throw .invalidRecord }
        guard CRC32C.of(UnsafeRawBufferPointer(rebasing: bytes[RecordBatchHeader.checkedFrom...])) == header.checksum
        else { throw .corruptMessage }
        guard header.recordCount > 0, header.lastOffsetDelta == header.recordCount - 1 else { throw .invalidRecord }
        guard !header.isControl, !header.isTransactional else { throw .invalidRecord }
        guard header.codec <= 4, allowsZstandard || header.codec != 4 else { throw .unsupportedCompression }
        guard !header.isIdempotent || (header.baseSequence >= 0 && header.producerEpoch >= 0) else {
            throw .invalidRecord
        }
        return header
    }
}
