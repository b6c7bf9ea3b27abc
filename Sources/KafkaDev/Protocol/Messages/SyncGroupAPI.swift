import NIOCore

/// Hands the leader's assignments to the members.
enum SyncGroupAPI: BrokerAPI {
    static let key = APIKey.syncGroup

    struct Request: WireValue, Equatable {
        var group = ""
        var generation: Int32 = 0
        var member = ""
        var instance: String?
        var protocolType: String?
        var protocolName: String?
        var assignments: [Assignment] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.group)
            try coder.int32(&self.generation)
            try coder.string(&self.member)
            if coder.version >= 3 { try coder.nullableString(&self.instance) }
            if coder.version >= 5 {
                try coder.nullableString(&self.protocolType)
                try coder.nullableString(&self.protocolName)
            }
            try coder.array(&self.assignments)
            try coder.tags()
        }
    }

    struct Assignment: WireValue, Equatable {
        var member = ""
        var assignment = ByteBuffer()

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.member)
            try coder.bytes(&self.assignment)
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var error = ErrorCode.none
        var protocolType: String?
        var protocolName: String?
        var assignment = ByteBuffer()

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            if coder.version >= 1 { try coder.throttleTime() }
            try coder.error(&self.error)
            if coder.version >= 5 {
                try coder.nullableString(&self.protocolType)
                try coder.nullableString(&self.protocolName)
            }
            try coder.bytes(&self.assignment)
            try coder.tags()
        }
    }
}
