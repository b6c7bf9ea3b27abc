import NIOCore

/// Enters a group, or its next generation.
enum JoinGroupAPI: BrokerAPI {
    static let key = APIKey.joinGroup

    struct Request: WireValue, Equatable {
        var group = ""
        var sessionTimeoutMilliseconds: Int32 = 0
        var rebalanceTimeoutMilliseconds: Int32 = -1
        var member = ""
        var instance: String?
        var protocolType = ""
        var protocols: [NamedProtocol] = []
        private var reason: String?

        init() {}

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.group)
            try coder.int32(&self.sessionTimeoutMilliseconds)
            if coder.version >= 1 { try coder.int32(&self.rebalanceTimeoutMilliseconds) }
            try coder.string(&self.member)
            if coder.version >= 5 { try coder.nullableString(&self.instance) }
            try coder.string(&self.protocolType)
            try coder.array(&self.protocols)
            if coder.version >= 8 { try coder.nullableString(&self.reason) }
            try coder.tags()
        }
    }

    struct NamedProtocol: WireValue, Equatable {
        var name = ""
        var metadata = ByteBuffer()

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.name)
            try coder.bytes(&self.metadata)
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var error = ErrorCode.none
        var generation: Int32 = -1
        var protocolType: String?
        var protocolName: String?
        var leader = ""
        var skipsAssignment = false
        var member = ""
        var members: [Member] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            if coder.version >= 2 { try coder.throttleTime() }
            try coder.error(&self.error)
            try coder.int32(&self.generation)
            if coder.version >= 7 {
                try coder.nullableString(&self.protocolType)
                try coder.nullableString(&self.protocolName)
            } else {
                var name = self.protocolName ?? ""
                try coder.string(&name)
                self.protocolName = name
            }
            try coder.string(&self.leader)
            if coder.version >= 9 { try coder.bool(&self.skipsAssignment) }
            try coder.string(&self.member)
            try coder.array(&self.members)
            try coder.tags()
        }
    }

    struct Member: WireValue, Equatable {
        var id = ""
        var instance: String?
        var metadata = ByteBuffer()

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.id)
            if coder.version >= 5 { try coder.nullableString(&self.instance) }
            try coder.bytes(&self.metadata)
            try coder.tags()
        }
    }
}
