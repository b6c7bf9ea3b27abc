@testable import Redis

/// A server of one connection in subscriber mode, moved on by hand: what is sent lies in transit until it is processed.
struct SubscriberServer {
    /// Commands on their way to the server.
    private(set) var requests: [RawCommand] = []
    /// What is on its way to the client.
    private(set) var pushes: [RedisValue] = []
    private(set) var subscribed: Set<SubscriptionTopic> = []
    /// Topics that the user may not subscribe to.
    var forbidden: Set<SubscriptionTopic> = []
    /// Names in `SUBSCRIBE` and its kin that were subscribed to already, and in `UNSUBSCRIBE` that were not.
    private(set) var redundantCount = 0
    private(set) var commandCount = 0

    /// The connection is cut: nothing of what is in transit arrives.
    mutating func cut() {
        self.requests = []
        self.pushes = []
        self.subscribed = []
    }

    mutating func send(_ commands: [RawCommand]) {
        self.requests += commands
    }

    /// Carries out the oldest command, if there is one.
    mutating func processOne() {
        guard !self.requests.isEmpty else { return }
        let command = self.requests.removeFirst()
        self.commandCount += 1
        let isUnsubscription = command.name.contains("UNSUBSCRIBE")
        let kind: SubscriptionTopic.Kind =
            command.name.hasPrefix("P")
            ? .pattern : command.name.hasPrefix("S") && command.name.contains("SSUB") ? .shardChannel : .channel
        let topics = command.arguments.map { argument in
            guard case .bytes(let name) = argument else { return SubscriptionTopic(kind, []) }
            return SubscriptionTopic(kind, name)
        }
        if !isUnsubscription, !self.forbidden.isDisjoint(with: topics) {
            self.pushes.append(.error("NOPERM this user has no permissions to access one of the channels"))
            return
        }
        for topic in topics {
            if isUnsubscription {
                if self.subscribed.remove(topic) == nil { self.redundantCount += 1 }
            } else if !self.subscribed.insert(topic).inserted {
                self.redundantCount += 1
            }
            self.confirm(command.name.lowercased(), topic)
        }
    }

    mutating func processAll() {
        while !self.requests.isEmpty { self.processOne() }
    }

    /// Ends a subscription without being asked.
    mutating func drop(_ topic: SubscriptionTopic) {
        guard self.subscribed.remove(topic) != nil else { return }
        self.confirm(topic.kind.commandName(subscribes: false).lowercased(), topic)
    }

    /// Publishes on the channel; patterns match when they are the first letters of the channel and an asterisk.
    mutating func publish(_ payload: String, on channel: String) {
        let name = Array(channel.utf8)
        let payload = RedisValue.string(Array(payload.utf8))
        if self.subscribed.contains(.channel(channel)) {
            self.pushes.append(.array([Self.word("message"), .string(name), payload]))
        }
        for topic in self.subscribed where topic.kind == .pattern && name.starts(with: topic.name.dropLast()) {
            self.pushes.append(.array([Self.word("pmessage"), .string(topic.name), .string(name), payload]))
        }
    }

    /// The next thing that arrives at the client.
    mutating func takePush() -> RedisValue? {
        self.pushes.isEmpty ? nil : self.pushes.removeFirst()
    }

    private mutating func confirm(_ word: String, _ topic: SubscriptionTopic) {
        let count = RedisValue.integer(Int64(self.subscribed.count))
        self.pushes.append(.array([Self.word(word), .string(topic.name), count]))
    }

    private static func word(_ text: String) -> RedisValue { .string(Array(text.utf8)) }
}
