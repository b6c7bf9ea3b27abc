/// Which requests the broker answers, and in which versions.
enum ApiVersionsAPI: BrokerAPI {
    static let key = APIKey.apiVersions

    struct Request: WireValue, Equatable {
        var clientName = ""
        var clientVersion = ""

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            guard coder.version >= 3 else { return }
            try coder.string(&self.clientName)
            try coder.string(&self.clientVersion)
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var error = ErrorCode.none
        var keys: [Range] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.error(&self.error)
            try coder.array(&self.keys)
            if coder.version >= 1 { try coder.throttleTime() }
            try coder.tags()
        }
    }

    struct Range: WireValue, Equatable {
        var key: Int16 = 0
        var lowest: Int16 = 0
        var highest: Int16 = 0

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.int16(&self.key)
            try coder.int16(&self.lowest)
            try coder.int16(&self.highest)
            try coder.tags()
        }
    }
}
