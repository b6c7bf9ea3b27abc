/// A consumer group and its members.
public struct KafkaGroupDescription: Sendable, Hashable {
    /// A member of the group.
    public struct Member: Sendable, Hashable {
        /// The id that the broker gave to the member.
        public var id: String
        /// The member's own lasting name, where it has one (static membership).
        public var instanceID: String?
        /// The client's name for itself.
        public var clientID: String
        /// Where the member connects from.
        public var host: String
        /// The partitions that it has.
        public var partitions: [KafkaTopicPartition]

        /// Creates a member, for tests of code that reads descriptions.
        public init(
            id: String,
            instanceID: String? = nil,
            clientID: String = "",
            host: String = "",
            partitions: [KafkaTopicPartition] = []
        ) {
            self.id = id
            self.instanceID = instanceID
            self.clientID = clientID
            self.host = host
            self.partitions = partitions
        }
    }

    /// The group's id.
    public var id: String
    /// What the group is doing; `.dead` also for a group that does not exist.
    public var state: KafkaGroupState
    /// How the group shares out partitions; empty while it has no members.
    public var assignor: String
    /// The id of the broker in charge of the group, where it is known.
    public var coordinator: Int32?
    /// The members.
    public var members: [Member]

    /// Creates a description, for tests of code that reads descriptions.
    public init(
        id: String,
        state: KafkaGroupState,
        assignor: String = "",
        coordinator: Int32? = nil,
        members: [Member] = []
    ) {
        self.id = id
        self.state = state
        self.assignor = assignor
        self.coordinator = coordinator
        self.members = members
    }
}
