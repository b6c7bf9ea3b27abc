/// Finds offsets by time.
enum ListOffsetsAPI: BrokerAPI {
    static let key = APIKey.listOffsets

    struct Request: WireValue, Equatable {
        private var replica: Int32 = -1
        private var isolation: Int8 = 0
        var topics: [Topic] = []

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int32(&self.replica)
            if coder.version >= 2 { try coder.int8(&self.isolation) }
            try coder.array(&self.topics)
            try coder.tags()
        }
    }

    typealias Topic = TopicPartitions<Partition>

    struct Partition: WireValue, Equatable {
        var index: Int32 = 0
        var leaderEpoch: Int32 = -1
        /// Milliseconds since 1970; -1 the end, -2 the beginning, -3 the record with the greatest timestamp.
        var timestamp: Int64 = 0

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int32(&self.index)
            if coder.version >= 4 { try coder.int32(&self.leaderEpoch) }
            try coder.int64(&self.timestamp)
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var topics: [TopicResult] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            if coder.version >= 2 { try coder.throttleTime() }
            try coder.array(&self.topics)
            try coder.tags()
        }
    }

    typealias TopicResult = TopicPartitions<PartitionResult>

    struct PartitionResult: WireValue, Equatable {
        var index: Int32 = 0
        var error = ErrorCode.none
        var timestamp: Int64 = -1
        var offset: Int64 = -1
        var leaderEpoch: Int32 = -1

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int32(&self.index)
            try coder.error(&self.error)
            try coder.int64(&self.timestamp)
            try coder.int64(&self.offset)
            if coder.version >= 4 { try coder.int32(&self.leaderEpoch) }
            try coder.tags()
        }
    }
}
