/// A topic and its partitions.
public struct KafkaTopicDescription: Sendable, Hashable {
    /// A partition of the topic.
    public struct Partition: Sendable, Hashable {
        /// The number of the partition.
        public var partition: Int32
        /// The id of the broker in charge, or `nil` while there is none.
        public var leader: Int32?
        /// The ids of the brokers that keep the partition, the preferred leader first.
        public var replicas: [Int32]
        /// The ids of those that are up to date.
        public var inSyncReplicas: [Int32]
        /// From the first offset that the log has up to the one behind the last; `nil` when they were not asked for, or
        /// when the partition's leader did not say.
        public var watermarks: Range<Int64>?
        /// Why the partition has no leader, or why its watermarks are not known.
        public var error: KafkaError?

        /// Creates a partition, for tests of code that reads descriptions.
        public init(
            partition: Int32,
            leader: Int32?,
            replicas: [Int32] = [],
            inSyncReplicas: [Int32] = [],
            watermarks: Range<Int64>? = nil,
            error: KafkaError? = nil
        ) {
            self.partition = partition
            self.leader = leader
            self.replicas = replicas
            self.inSyncReplicas = inSyncReplicas
            self.watermarks = watermarks
            self.error = error
        }
    }

    /// The name.
    public var name: String
    /// The partitions, by rising number.
    public var partitions: [Partition]

    /// Creates a description, for tests of code that reads descriptions.
    public init(name: String, partitions: [Partition]) {
        self.name = name
        self.partitions = partitions
    }
}
