/// A consumer group of a list.
public struct KafkaGroupListing: Sendable, Hashable {
    /// The group's id.
    public var id: String
    /// What the group is doing; `.unknown` where brokers are older than Kafka 2.6.
    public var state: KafkaGroupState
    /// Whether the group only keeps offsets: its members, if any, share out partitions by themselves.
    public var isSimple: Bool

    /// Creates an entry, for tests of code that reads lists.
    public init(id: String, state: KafkaGroupState = .unknown, isSimple: Bool = false) {
        self.id = id
        self.state = state
        self.isSimple = isSimple
    }
}
