/// Forgets groups without members.
enum DeleteGroupsAPI: BrokerAPI {
    static let key = APIKey.deleteGroups

    struct Request: WireValue, Equatable {
        var groups: [String] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.array(&self.groups)
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var results: [Result] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.throttleTime()
            try coder.array(&self.results)
            try coder.tags()
        }
    }

    struct Result: WireValue, Equatable {
        var group = ""
        var error = ErrorCode.none

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.group)
            try coder.error(&self.error)
            try coder.tags()
        }
    }
}
