/// Something that the server sent on a connection in subscriber mode, understood.
enum SubscriptionPush: Sendable, Equatable {
    /// A message for those who subscribed to `topic`; it was published on `channel`.
    case message(topic: SubscriptionTopic, channel: [UInt8], payload: [UInt8])
    /// From here on the server sends the messages of the topic, or does not.
    case confirmation(SubscriptionTopic, subscribed: Bool)
    /// A command was refused as a whole; the text does not tell which.
    case refusal(String)
    /// Anything else, as the answer to `PING`: of no importance to subscriptions.
    case other

    init(_ value: RedisValue) {
        if case .error(let text) = value {
            self = .refusal(text)
            return
        }
        guard case .array(let parts) = value, case .string(let word)? = parts.first else {
            self = .other
            return
        }
        self = Self.parse(String(decoding: word, as: UTF8.self), parts) ?? .other
    }

    private static func parse(_ word: String, _ parts: [RedisValue]) -> SubscriptionPush? {
        switch word {
        case "message": self.message(.channel, parts)
        case "pmessage": self.patternMessage(parts)
        case "smessage": self.message(.shardChannel, parts)
        case "subscribe": self.confirmation(.channel, parts, subscribed: true)
        case "unsubscribe": self.confirmation(.channel, parts, subscribed: false)
        case "psubscribe": self.confirmation(.pattern, parts, subscribed: true)
        case "punsubscribe": self.confirmation(.pattern, parts, subscribed: false)
        case "ssubscribe": self.confirmation(.shardChannel, parts, subscribed: true)
        case "sunsubscribe": self.confirmation(.shardChannel, parts, subscribed: false)
        default: nil
        }
    }

    private static func message(_ kind: SubscriptionTopic.Kind, _ parts: [RedisValue]) -> SubscriptionPush? {
        guard parts.count == 3, case .string(let channel) = parts[1], case .string(let payload) = parts[2] else {
            return nil
        }
        return .message(topic: SubscriptionTopic(kind, channel), channel: channel, payload: payload)
    }

    private static func patternMessage(_ parts: [RedisValue]) -> SubscriptionPush? {
        guard parts.count == 4, case .string(let pattern) = parts[1], case .string(let channel) = parts[2],
            case .string(let payload) = parts[3]
        else { return nil }
        return .message(topic: SubscriptionTopic(.pattern, pattern), channel: channel, payload: payload)
    }

    /// The third part, the number of subscriptions that are left, is not needed.
    private static func confirmation(
        _ kind: SubscriptionTopic.Kind,
        _ parts: [RedisValue],
        subscribed: Bool
    ) -> SubscriptionPush? {
        guard parts.count == 3, case .string(let name) = parts[1] else { return nil }
        return .confirmation(SubscriptionTopic(kind, name), subscribed: subscribed)
    }
}
