/// Drops the oldest records of partitions.
enum DeleteRecordsAPI: BrokerAPI {
    static let key = APIKey.deleteRecords

    struct Request: WireValue, Equatable {
        var topics: [Topic] = []
        private var timeout: Int32 = 0

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.array(&self.topics)
            try coder.int32(&self.timeout)
            try coder.tags()
        }
    }

    typealias Topic = TopicPartitions<Partition>

    struct Partition: WireValue, Equatable {
        var index: Int32 = 0
        /// The first offset to keep; -1 keeps nothing.
        var offset: Int64 = 0

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int32(&self.index)
            try coder.int64(&self.offset)
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var topics: [TopicResult] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.throttleTime()
            try coder.array(&self.topics)
            try coder.tags()
        }
    }

    typealias TopicResult = TopicPartitions<PartitionResult>

    struct PartitionResult: WireValue, Equatable {
        var index: Int32 = 0
        var lowWatermark: Int64 = -1
        var error = ErrorCode.none

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int32(&self.index)
            try coder.int64(&self.lowWatermark)
            try coder.error(&self.error)
            try coder.tags()
        }
    }
}
