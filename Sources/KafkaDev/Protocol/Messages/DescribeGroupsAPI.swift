import NIOCore

/// Tells the state and the members of groups.
enum DescribeGroupsAPI: BrokerAPI {
    static let key = APIKey.describeGroups

    struct Request: WireValue, Equatable {
        var groups: [String] = []
        private var wantsOperations = false

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.array(&self.groups)
            if coder.version >= 3 { try coder.bool(&self.wantsOperations) }
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var groups: [Group] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            if coder.version >= 1 { try coder.throttleTime() }
            try coder.array(&self.groups)
            try coder.tags()
        }
    }

    struct Group: WireValue, Equatable {
        var error = ErrorCode.none
        var name = ""
        var state = ""
        var protocolType = ""
        var protocolName = ""
        var members: [Member] = []
        private var operations = Int32.min

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.error(&self.error)
            try coder.string(&self.name)
            try coder.string(&self.state)
            try coder.string(&self.protocolType)
            try coder.string(&self.protocolName)
            try coder.array(&self.members)
            if coder.version >= 3 { try coder.int32(&self.operations) }
            try coder.tags()
        }
    }

    struct Member: WireValue, Equatable {
        var id = ""
        var instance: String?
        var clientID = ""
        var clientHost = ""
        var metadata = ByteBuffer()
        var assignment = ByteBuffer()

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.id)
            if coder.version >= 4 { try coder.nullableString(&self.instance) }
            try coder.string(&self.clientID)
            try coder.string(&self.clientHost)
            try coder.bytes(&self.metadata)
            try coder.bytes(&self.assignment)
            try coder.tags()
        }
    }
}
