/// Stores how far a group has come.
enum OffsetCommitAPI: BrokerAPI {
    static let key = APIKey.offsetCommit

    struct Request: WireValue, Equatable {
        var group = ""
        var generation: Int32 = -1
        var member = ""
        var instance: String?
        private var retention: Int64 = -1
        var topics: [Topic] = []

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.group)
            try coder.int32(&self.generation)
            try coder.string(&self.member)
            if coder.version >= 7 { try coder.nullableString(&self.instance) }
            if coder.version <= 4 { try coder.int64(&self.retention) }
            try coder.array(&self.topics)
            try coder.tags()
        }
    }

    typealias Topic = TopicPartitions<Partition>

    struct Partition: WireValue, Equatable {
        var index: Int32 = 0
        var offset: Int64 = 0
        var leaderEpoch: Int32 = -1
        var metadata: String?

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int32(&self.index)
            try coder.int64(&self.offset)
            if coder.version >= 6 { try coder.int32(&self.leaderEpoch) }
            try coder.nullableString(&self.metadata)
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var topics: [TopicResult] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            if coder.version >= 3 { try coder.throttleTime() }
            try coder.array(&self.topics)
            try coder.tags()
        }
    }

    typealias TopicResult = TopicPartitions<PartitionError>
}
