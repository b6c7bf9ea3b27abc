/// Makes topics.
enum CreateTopicsAPI: BrokerAPI {
    static let key = APIKey.createTopics

    struct Request: WireValue, Equatable {
        var topics: [Topic] = []
        private var timeout: Int32 = 0
        var onlyValidates = false

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.array(&self.topics)
            try coder.int32(&self.timeout)
            if coder.version >= 1 { try coder.bool(&self.onlyValidates) }
            try coder.tags()
        }
    }

    struct Topic: WireValue, Equatable {
        var name = ""
        /// -1: the broker's default, or as many as there are assignments.
        var partitionCount: Int32 = -1
        var replicationFactor: Int16 = -1
        var assignments: [Assignment] = []
        var configs: [Config] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.name)
            try coder.int32(&self.partitionCount)
            try coder.int16(&self.replicationFactor)
            try coder.array(&self.assignments)
            try coder.array(&self.configs)
            try coder.tags()
        }
    }

    struct Assignment: WireValue, Equatable {
        var partition: Int32 = 0
        var brokers: [Int32] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int32(&self.partition)
            try coder.array(&self.brokers)
            try coder.tags()
        }
    }

    struct Config: WireValue, Equatable {
        var name = ""
        var value: String?

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.name)
            try coder.nullableString(&self.value)
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

    struct TopicResult: WireValue, Equatable {
        var name = ""
        var error = ErrorCode.none
        var message: String?
        var partitionCount: Int32 = -1
        var replicationFactor: Int16 = -1
        /// Never told; DescribeConfigs does.
        private var configs: [Config]?

        init() {}

        init(name: String, error: ErrorCode = .none, message: String? = nil) {
            self.name = name
            self.error = error
            self.message = message
        }

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.name)
            try coder.error(&self.error)
            if coder.version >= 1 { try coder.nullableString(&self.message) }
            if coder.version >= 5 {
                try coder.int32(&self.partitionCount)
                try coder.int16(&self.replicationFactor)
                try coder.nullableArray(&self.configs)
            }
            try coder.tags()
        }
    }
}
