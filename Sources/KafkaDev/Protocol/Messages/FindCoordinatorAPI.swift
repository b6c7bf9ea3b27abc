/// Which broker coordinates a group: this one.
enum FindCoordinatorAPI: BrokerAPI {
    static let key = APIKey.findCoordinator

    struct Request: WireValue, Equatable {
        var name = ""
        /// 0: a group, 1: a transaction.
        var kind: Int8 = 0

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.name)
            if coder.version >= 1 { try coder.int8(&self.kind) }
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var error = ErrorCode.none
        var message: String?
        var node: Int32 = -1
        var host = ""
        var port: Int32 = -1

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            if coder.version >= 1 { try coder.throttleTime() }
            try coder.error(&self.error)
            if coder.version >= 1 { try coder.nullableString(&self.message) }
            try coder.int32(&self.node)
            try coder.string(&self.host)
            try coder.int32(&self.port)
            try coder.tags()
        }
    }
}
