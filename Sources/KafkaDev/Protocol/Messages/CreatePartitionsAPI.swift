/// Adds partitions to topics.
enum CreatePartitionsAPI: BrokerAPI {
    static let key = APIKey.createPartitions

    struct Request: WireValue, Equatable {
        var topics: [Topic] = []
        private var timeout: Int32 = 0
        var onlyValidates = false

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.array(&self.topics)
            try coder.int32(&self.timeout)
            try coder.bool(&self.onlyValidates)
            try coder.tags()
        }
    }

    struct Topic: WireValue, Equatable {
        var name = ""
        /// How many it shall have in all.
        var count: Int32 = 0
        var assignments: [Assignment]?

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.name)
            try coder.int32(&self.count)
            try coder.nullableArray(&self.assignments)
            try coder.tags()
        }
    }

    struct Assignment: WireValue, Equatable {
        var brokers: [Int32] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.array(&self.brokers)
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

    struct TopicResult: WireValue, Equatable {
        var name = ""
        var error = ErrorCode.none
        var message: String?

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.name)
            try coder.error(&self.error)
            try coder.nullableString(&self.message)
            try coder.tags()
        }
    }
}
