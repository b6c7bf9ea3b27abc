/// A topic of a list.
public struct KafkaTopicListing: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The number of partitions.
    public var partitionCount: Int

    /// Creates an entry, for tests of code that reads lists.
    public init(name: String, partitionCount: Int) {
        self.name = name
        self.partitionCount = partitionCount
    }

    /// Whether Kafka keeps state of its own in the topic.
    ///
    /// Told by the name: those of Kafka begin with two underscores.
    public var isInternal: Bool {
        self.name.hasPrefix("__")
    }
}
