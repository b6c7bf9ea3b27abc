import NIOCore

/// Reads record batches, and waits for them.
enum FetchAPI: BrokerAPI {
    static let key = APIKey.fetch

    struct Request: WireValue, Equatable {
        private var replica: Int32 = -1
        var waitMaxMilliseconds: Int32 = 500
        var bytesMin: Int32 = 1
        var bytesMax = Int32.max
        private var isolation: Int8 = 0
        var sessionID: Int32 = 0
        var sessionEpoch: Int32 = -1
        var topics: [Topic] = []
        private var forgotten: [ForgottenTopic] = []
        private var rack = ""

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int32(&self.replica)
            try coder.int32(&self.waitMaxMilliseconds)
            try coder.int32(&self.bytesMin)
            try coder.int32(&self.bytesMax)
            try coder.int8(&self.isolation)
            if coder.version >= 7 {
                try coder.int32(&self.sessionID)
                try coder.int32(&self.sessionEpoch)
            }
            try coder.array(&self.topics)
            if coder.version >= 7 { try coder.array(&self.forgotten) }
            if coder.version >= 11 { try coder.string(&self.rack) }
            try coder.tags()
        }
    }

    typealias Topic = TopicPartitions<Partition>

    struct Partition: WireValue, Equatable {
        var index: Int32 = 0
        var leaderEpoch: Int32 = -1
        var offset: Int64 = 0
        var bytesMax: Int32 = 1 << 20
        private var lastFetchedEpoch: Int32 = -1
        private var logStartOffset: Int64 = -1

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int32(&self.index)
            if coder.version >= 9 { try coder.int32(&self.leaderEpoch) }
            try coder.int64(&self.offset)
            if coder.version >= 12 { try coder.int32(&self.lastFetchedEpoch) }
            if coder.version >= 5 { try coder.int64(&self.logStartOffset) }
            try coder.int32(&self.bytesMax)
            try coder.tags()
        }
    }

    private typealias ForgottenTopic = TopicPartitions<Int32>

    struct Response: WireValue, Equatable {
        var error = ErrorCode.none
        /// Always 0: every request names all its partitions.
        private var sessionID: Int32 = 0
        var topics: [TopicResult] = []

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.throttleTime()
            if coder.version >= 7 {
                try coder.error(&self.error)
                try coder.int32(&self.sessionID)
            }
            try coder.array(&self.topics)
            try coder.tags()
        }
    }

    typealias TopicResult = TopicPartitions<PartitionResult>

    struct PartitionResult: WireValue, Equatable {
        var index: Int32 = 0
        var error = ErrorCode.none
        var highWatermark: Int64 = -1
        var logStartOffset: Int64 = -1
        var records: ByteBuffer? = ByteBuffer()
        private var aborted: [AbortedTransaction]?
        private var preferredReplica: Int32 = -1

        init() {}

        init(index: Int32, error: ErrorCode = .none) {
            self.index = index
            self.error = error
        }

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int32(&self.index)
            try coder.error(&self.error)
            try coder.int64(&self.highWatermark)
            // Without transactions every offset below the high watermark is stable.
            try coder.int64(&self.highWatermark)
            if coder.version >= 5 { try coder.int64(&self.logStartOffset) }
            try coder.nullableArray(&self.aborted)
            if coder.version >= 11 { try coder.int32(&self.preferredReplica) }
            try coder.nullableBytes(&self.records)
            try coder.tags()
        }
    }

    private struct AbortedTransaction: WireValue, Equatable {
        var producerID: Int64 = 0
        var firstOffset: Int64 = 0

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int64(&self.producerID)
            try coder.int64(&self.firstOffset)
            try coder.tags()
        }
    }
}
