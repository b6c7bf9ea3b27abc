/// Takes members out of a group.
enum LeaveGroupAPI: BrokerAPI {
    static let key = APIKey.leaveGroup

    struct Request: WireValue, Equatable {
        var group = ""
        var members: [Member] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.group)
            if coder.version >= 3 {
                try coder.array(&self.members)
            } else {
                var member = self.members.first?.id ?? ""
                try coder.string(&member)
                self.members = [Member(id: member)]
            }
            try coder.tags()
        }
    }

    struct Member: WireValue, Equatable {
        var id = ""
        var instance: String?
        private var reason: String?

        init() {}

        init(id: String, instance: String? = nil) {
            self.id = id
            self.instance = instance
        }

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.id)
            try coder.nullableString(&self.instance)
            if coder.version >= 5 { try coder.nullableString(&self.reason) }
            try coder.tags()
        }
    }

    struct Response: WireValue, Equatable {
        var error = ErrorCode.none
        var members: [MemberResult] = []

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            if coder.version >= 1 { try coder.throttleTime() }
            try coder.error(&self.error)
            if coder.version >= 3 { try coder.array(&self.members) }
            try coder.tags()
        }
    }

    struct MemberResult: WireValue, Equatable {
        var id = ""
        var instance: String?
        var error = ErrorCode.none

        mutating func code(_ coder: inout some WireCoder) throws(WireError) {
            try coder.string(&self.id)
            try coder.nullableString(&self.instance)
            try coder.error(&self.error)
            try coder.tags()
        }
    }
}
