import NIOCore

/// Makes record batches of bytes that are not records, for logs of the broker's own.
enum OpaqueBatch {
    /// A batch of one record's length in offsets around `payload`; nil when that is too long.
    static func make(_ payload: ByteBuffer, timestamp: Int64) -> ByteBuffer? {
        let size = RecordBatchHeader.size + payload.readableBytes
        guard let length = Int32(exactly: size - RecordBatchHeader.overhead) else { return nil }
        var batch = ByteBufferAllocator().buffer(capacity: size)
        batch.writeMultipleIntegers(Int64(0), length, Int32(0), Int8(2), UInt32(0))
        batch.writeMultipleIntegers(Int16(0), Int32(0), timestamp, timestamp)
        batch.writeMultipleIntegers(Int64(-1), Int16(-1), Int32(-1), Int32(1))
        batch.writeImmutableBuffer(payload)
        let checksum = batch.withUnsafeReadableBytes {
            CRC32C.of(UnsafeRawBufferPointer(rebasing: $0[RecordBatchHeader.checkedFrom...]))
        }
        batch.setInteger(checksum, at: batch.readerIndex + 17)
        return batch
    }
}
