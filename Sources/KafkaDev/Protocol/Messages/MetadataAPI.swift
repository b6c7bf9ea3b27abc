/// The broker's address, the topics and their partitions.
enum MetadataAPI: BrokerAPI {
    static let key = APIKey.metadata

    struct Request: WireValue, Equatable {
        /// Nil (and in version 0 an empty list) stands for all topics.
        var topics: [TopicName]?
        var allowsCreation = true
        private var wantsClusterOperations = false
        private var wantsTopicOperations = false

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.nullableArray(&self.topics)
            if coder.version == 0, self.topics?.isEmpty == true { self.topics = nil }
            if coder.version >= 4 { try coder.bool(&self.allowsCreation) }
            if coder.version >= 8 {
                try coder.bool(&self.wantsClusterOperations)
                try coder.bool(&self.wantsTopicOperations)
            }
            try coder.tags()
        }
    }

    struct TopicName: WireValue, Equatable {
        var name = ""

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.name)
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var brokers: [Node] = []
        var clusterID: String?
        var controller: Int32 = 0
        var topics: [Topic] = []
        private var operations = Int32.min

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            if coder.version >= 3 { try coder.throttleTime() }
            try coder.array(&self.brokers)
            if coder.version >= 2 { try coder.nullableString(&self.clusterID) }
            if coder.version >= 1 { try coder.int32(&self.controller) }
            try coder.array(&self.topics)
            if coder.version >= 8 { try coder.int32(&self.operations) }
            try coder.tags()
        }
    }

    struct Node: WireValue, Equatable {
        var id: Int32 = 0
        var host = ""
        var port: Int32 = 0
        private var rack: String?

        init() {}

        init(id: Int32, host: String, port: Int32) {
            self.id = id
            self.host = host
            self.port = port
        }

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int32(&self.id)
            try coder.string(&self.host)
            try coder.int32(&self.port)
            if coder.version >= 1 { try coder.nullableString(&self.rack) }
            try coder.tags()
        }
    }

    struct Topic: WireValue, Equatable {
        var error = ErrorCode.none
        var name = ""
        var partitions: [Partition] = []
        private var isInternal = false
        private var operations = Int32.min

        init() {}

        init(error: ErrorCode = .none, name: String, partitions: [Partition] = []) {
            self.error = error
            self.name = name
            self.partitions = partitions
        }

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.error(&self.error)
            try coder.string(&self.name)
            if coder.version >= 1 { try coder.bool(&self.isInternal) }
            try coder.array(&self.partitions)
            if coder.version >= 8 { try coder.int32(&self.operations) }
            try coder.tags()
        }
    }

    struct Partition: WireValue, Equatable {
        var error = ErrorCode.none
        var index: Int32 = 0
        var leader: Int32 = 0
        var leaderEpoch: Int32 = 0
        var replicas: [Int32] = []
        private var offline: [Int32] = []

        init() {}

        init(index: Int32, leader: Int32) {
            self.index = index
            self.leader = leader
            self.replicas = [leader]
        }

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.error(&self.error)
            try coder.int32(&self.index)
            try coder.int32(&self.leader)
            if coder.version >= 7 { try coder.int32(&self.leaderEpoch) }
            try coder.array(&self.replicas)
            // With one node, the replicas in step are the replicas.
            try coder.array(&self.replicas)
            if coder.version >= 5 { try coder.array(&self.offline) }
            try coder.tags()
        }
    }
}
