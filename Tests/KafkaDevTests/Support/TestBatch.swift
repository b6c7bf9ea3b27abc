import NIOCore

@testable import KafkaDev

/// Makes record batches as a producer would.
struct TestBatch {
    /// The timestamps of its records.
    var timestamps: [Int64] = [1_000]
    var producerID: Int64 = -1
    var epoch: Int16 = -1
    var sequence: Int32 = -1
    var codec: Int16 = 0
    /// The length of each record's value.
    var valueBytes = 10
    var fill: UInt8 = 0x61

    /// The batch, with a wrong base offset that the broker must correct.
    var bytes: ByteBuffer {
        var records = ByteBuffer()
        let first = self.timestamps.first ?? 0
        for (index, timestamp) in self.timestamps.enumerated() {
            var record = ByteBuffer()
            record.writeInteger(UInt8(0))
            Self.varint(timestamp - first, &record)
            Self.varint(Int64(index), &record)
            Self.varint(-1, &record)
            Self.varint(Int64(self.valueBytes), &record)
            record.writeRepeatingByte(self.fill, count: self.valueBytes)
            Self.varint(0, &record)
            Self.varint(Int64(record.readableBytes), &records)
            records.writeBuffer(&record)
        }
        var batch = ByteBuffer()
        batch.writeMultipleIntegers(Int64(77), Int32(49 + records.readableBytes), Int32(-1), Int8(2), UInt32(0))
        batch.writeMultipleIntegers(
            self.codec,
            Int32(self.timestamps.count - 1),
            first,
            self.timestamps.max() ?? 0,
            self.producerID,
            self.epoch,
            self.sequence,
            Int32(self.timestamps.count)
        )
        batch.writeBuffer(&records)
        Self.seal(&batch)
        return batch
    }

    /// Writes the right checksum into a batch.
    static func seal(_ batch: inout ByteBuffer) {
        let checksum = batch.withUnsafeReadableBytes { CRC32C.of(UnsafeRawBufferPointer(rebasing: $0[21...])) }
        batch.setInteger(checksum, at: batch.readerIndex + 17)
    }

    private static func varint(_ value: Int64, _ output: inout ByteBuffer) {
        var rest = UInt64(bitPattern: value << 1 ^ value >> 63)
        while rest >= 0x80 {
            output.writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        output.writeInteger(UInt8(rest))
    }
}
