/// Says that a member lives.
enum HeartbeatAPI: BrokerAPI {
    static let key = APIKey.heartbeat

    struct Request: WireValue, Equatable {
        var group = ""
        var generation: Int32 = 0
        var member = ""
        var instance: String?

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.group)
            try coder.int32(&self.generation)
            try coder.string(&self.member)
            if coder.version >= 3 { try coder.nullableString(&self.instance) }
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var error = ErrorCode.none

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            if coder.version >= 1 { try coder.throttleTime() }
            try coder.error(&self.error)
            try coder.tags()
        }
    }
}
