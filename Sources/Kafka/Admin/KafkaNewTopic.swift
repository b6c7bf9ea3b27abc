/// A topic to create.
public struct KafkaNewTopic: Sendable, Hashable {
    /// The name: 1 to 249 letters, digits, `.`, `_` and `-`.
    public var name: String
    /// The number of partitions, at least 1, or `nil` for the broker's default (Kafka 2.4 and later).
    public var partitions: Int32?
    /// How many brokers keep each partition, or `nil` for the broker's default (Kafka 2.4 and later).
    public var replication: Int16?
    /// Settings of the topic, such as `retention.ms`; the broker checks them.
    public var configs: [String: String]

    /// Creates the description of a topic.
    public init(
        _ name: String,
        partitions: Int32? = nil,
        replication: Int16? = nil,
        configs: [String: String] = [:]
    ) {
        self.name = name
        self.partitions = partitions
        self.replication = replication
        self.configs = configs
    }
}
