/// Tells which groups there are.
enum ListGroupsAPI: BrokerAPI {
    static let key = APIKey.listGroups

    struct Request: WireValue, Equatable {
        /// Empty stands for all states.
        var states: [String] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            if coder.version >= 4 { try coder.array(&self.states) }
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var error = ErrorCode.none
        var groups: [Group] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            if coder.version >= 1 { try coder.throttleTime() }
            try coder.error(&self.error)
            try coder.array(&self.groups)
            try coder.tags()
        }
    }

    struct Group: WireValue, Equatable {
        var name = ""
        var protocolType = ""
        var state = ""

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.name)
            try coder.string(&self.protocolType)
            if coder.version >= 4 { try coder.string(&self.state) }
            try coder.tags()
        }
    }
}
