/// Tells how far a group has come.
enum OffsetFetchAPI: BrokerAPI {
    static let key = APIKey.offsetFetch

    struct Request: WireValue, Equatable {
        var group = ""
        /// Nil stands for all partitions that the group has committed.
        var topics: [Topic]?
        private var requiresStable = false

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.group)
            try coder.nullableArray(&self.topics)
            if coder.version >= 7 { try coder.bool(&self.requiresStable) }
            try coder.tags()
        }
    }

    typealias Topic = TopicPartitions<Int32>

    struct Response: WireValue, Equatable {
        var topics: [TopicResult] = []
        var error = ErrorCode.none

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            if coder.version >= 3 { try coder.throttleTime() }
            try coder.array(&self.topics)
            if coder.version >= 2 { try coder.error(&self.error) }
            try coder.tags()
        }
    }

    typealias TopicResult = TopicPartitions<PartitionResult>

    struct PartitionResult: WireValue, Equatable {
        var index: Int32 = 0
        /// -1: nothing is committed.
        var offset: Int64 = -1
        var leaderEpoch: Int32 = -1
        var metadata: String? = ""
        var error = ErrorCode.none

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int32(&self.index)
            try coder.int64(&self.offset)
            if coder.version >= 5 { try coder.int32(&self.leaderEpoch) }
            try coder.nullableString(&self.metadata)
            try coder.error(&self.error)
            try coder.tags()
        }
    }
}
