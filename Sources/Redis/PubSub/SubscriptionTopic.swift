/// What the server can be asked to send: the messages of a channel, of the channels of a pattern, of a shard channel.
///
/// The name is kept as bytes: texts that Swift finds equal (composed and decomposed letters) are different channels.
struct SubscriptionTopic: Sendable, Hashable {
    /// The three kinds of subscription that Redis knows.
    enum Kind: Sendable, Hashable, CaseIterable {
        case channel
        case pattern
        /// A channel that lives on the node of its hash slot (Redis 7).
        case shardChannel
    }

    let kind: Kind
    let name: [UInt8]

    init(_ kind: Kind, _ name: [UInt8]) {
        self.kind = kind
        self.name = name
    }

    static func channel(_ name: String) -> SubscriptionTopic {
        SubscriptionTopic(.channel, Array(name.utf8))
    }

    static func pattern(_ pattern: String) -> SubscriptionTopic {
        SubscriptionTopic(.pattern, Array(pattern.utf8))
    }

    static func shardChannel(_ name: String) -> SubscriptionTopic {
        SubscriptionTopic(.shardChannel, Array(name.utf8))
    }
}

extension SubscriptionTopic.Kind {
    /// The command that begins subscriptions of this kind, or ends them.
    func commandName(subscribes: Bool) -> String {
        switch self {
        case .channel: subscribes ? "SUBSCRIBE" : "UNSUBSCRIBE"
        case .pattern: subscribes ? "PSUBSCRIBE" : "PUNSUBSCRIBE"
        case .shardChannel: subscribes ? "SSUBSCRIBE" : "SUNSUBSCRIBE"
        }
    }

    /// How many names one command carries.
    ///
    /// Enough to make thousands of re-subscriptions cheap, few enough that the confirmations of one command do not hold
    /// up its connection for long. The shard channels of one command must share a slot, so each has its own.
    var namesPerCommandMax: Int {
        switch self {
        case .channel, .pattern: 512
        case .shardChannel: 1
        }
    }
}
