/// Removes topics with all they hold.
enum DeleteTopicsAPI: BrokerAPI {
    static let key = APIKey.deleteTopics

    struct Request: WireValue, Equatable {
        var names: [String] = []
        private var timeout: Int32 = 0

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.array(&self.names)
            try coder.int32(&self.timeout)
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var topics: [TopicResult] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            if coder.version >= 1 { try coder.throttleTime() }
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
            if coder.version >= 5 { try coder.nullableString(&self.message) }
            try coder.tags()
        }
    }
}
