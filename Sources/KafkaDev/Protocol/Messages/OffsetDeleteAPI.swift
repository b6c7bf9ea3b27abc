/// Forgets committed offsets.
enum OffsetDeleteAPI: BrokerAPI {
    static let key = APIKey.offsetDelete

    struct Request: WireValue, Equatable {
        var group = ""
        var topics: [Topic] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.group)
            try coder.array(&self.topics)
        }
    }

    struct Topic: WireValue, Equatable {
        var name = ""
        var partitions: [Int32] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.name)
            try coder.array(&self.partitions)
        }
    }

    struct Response: WireValue, Equatable {
        var error = ErrorCode.none
        var topics: [OffsetCommitAPI.TopicResult] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.error(&self.error)
            try coder.throttleTime()
            try coder.array(&self.topics)
        }
    }
}
