/// The fixed part of a record batch of format 2.
///
/// Everything from byte 21 on is covered by the checksum and never changed here; the base offset and the leader epoch
/// stand before it. (Kafka documentation, "Record Batch".)
struct RecordBatchHeader: Equatable {
    /// The length of this part in bytes.
    static let size = 61
    /// What the length field does not count: the base offset and itself.
    static let overhead = 12
    /// Where the checksum's range begins.
    static let checkedFrom = 21

    var baseOffset: Int64
    /// The whole length in bytes, this header included.
    var size: Int
    var magic: Int8
    var checksum: UInt32
    var attributes: Int16
    var lastOffsetDelta: Int32
    var firstTimestamp: Int64
    var maxTimestamp: Int64
    var producerID: Int64
    var producerEpoch: Int16
    var baseSequence: Int32
    var recordCount: Int32

    /// Reads the header at the beginning of `bytes`; nil when they are too few or the length field cannot be right.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.size else { return nil }
        func integer<Value: FixedWidthInteger>(_ offset: Int, _: Value.Type) -> Value {
            Value(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
        }
        let length = integer(8, Int32.self)
        guard Int(length) >= Self.size - Self.overhead else { return nil }
        self.baseOffset = integer(0, Int64.self)
        self.size = Int(length) + Self.overhead
        self.magic = integer(16, Int8.self)
        self.checksum = integer(17, UInt32.self)
        self.attributes = integer(21, Int16.self)
        self.lastOffsetDelta = integer(23, Int32.self)
        self.firstTimestamp = integer(27, Int64.self)
        self.maxTimestamp = integer(35, Int64.self)
        self.producerID = integer(43, Int64.self)
        self.producerEpoch = integer(51, Int16.self)
        self.baseSequence = integer(53, Int32.self)
        self.recordCount = integer(57, Int32.self)
    }

    /// The offset of the last record.
    var lastOffset: Int64 {
        self.baseOffset &+ Int64(self.lastOffsetDelta)
    }

    /// The offset behind the last record.
    var endOffset: Int64 {
        self.lastOffset &+ 1
    }

    /// The number of the codec, 0 for none.
    var codec: Int16 {
        self.attributes & 0x7
    }

    /// Whether the batch belongs to a transaction.
    var isTransactional: Bool {
        self.attributes & 0x10 != 0
    }

    /// Whether the batch is a marker of a transaction.
    var isControl: Bool {
        self.attributes & 0x20 != 0
    }

    /// Whether a producer numbered its records.
    var isIdempotent: Bool {
        self.producerID >= 0
    }

    /// The sequence of the last record; sequences continue with 0 behind the greatest 32-bit number.
    var lastSequence: Int32 {
        Int32(truncatingIfNeeded: (Int64(self.baseSequence) + Int64(self.lastOffsetDelta)) & 0x7fff_ffff)
    }
}
