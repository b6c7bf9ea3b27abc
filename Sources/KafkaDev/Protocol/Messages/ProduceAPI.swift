import NIOCore

/// Appends record batches.
enum ProduceAPI: BrokerAPI {
    static let key = APIKey.produce

    struct Request: WireValue, Equatable {
        var transactionalID: String?
        /// 0: no answer is wanted; 1 and -1 are the same here.
        var acknowledgements: Int16 = -1
        var timeoutMilliseconds: Int32 = 30_000
        var topics: [Topic] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            if coder.version >= 3 { try coder.nullableString(&self.transactionalID) }
            try coder.int16(&self.acknowledgements)
            try coder.int32(&self.timeoutMilliseconds)
            try coder.array(&self.topics)
            try coder.tags()
        }
    }

    typealias Topic = TopicPartitions<Partition>

    struct Partition: WireValue, Equatable {
        var index: Int32 = 0
        var records: ByteBuffer?

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int32(&self.index)
            try coder.nullableBytes(&self.records)
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var topics: [TopicResult] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.array(&self.topics)
            if coder.version >= 1 { try coder.throttleTime() }
            try coder.tags()
        }
    }

    typealias TopicResult = TopicPartitions<PartitionResult>

    struct PartitionResult: WireValue, Equatable {
        var index: Int32 = 0
        var error = ErrorCode.none
        var baseOffset: Int64 = -1
        var logStartOffset: Int64 = -1
        var message: String?
        private var appendTime: Int64 = -1
        private var recordErrors: [RecordError] = []

        init() {}

        init(index: Int32, error: ErrorCode = .none, message: String? = nil) {
            self.index = index
            self.error = error
            self.message = message
        }

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int32(&self.index)
            try coder.error(&self.error)
            try coder.int64(&self.baseOffset)
            if coder.version >= 2 { try coder.int64(&self.appendTime) }
            if coder.version >= 5 { try coder.int64(&self.logStartOffset) }
            if coder.version >= 8 {
                try coder.array(&self.recordErrors)
                try coder.nullableString(&self.message)
            }
            try coder.tags()
        }
    }

    private struct RecordError: WireValue, Equatable {
        var index: Int32 = 0
        var message: String?

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int32(&self.index)
            try coder.nullableString(&self.message)
            try coder.tags()
        }
    }
}
