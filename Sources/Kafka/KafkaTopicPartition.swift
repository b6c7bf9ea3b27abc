/// A partition of a topic.
public struct KafkaTopicPartition: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The topic.
    public var topic: String
    /// The number of the partition, from 0.
    public var partition: Int32

    /// Names a partition.
    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// `topic[partition]`.
    public var description: String {
        "\(self.topic)[\(self.partition)]"
    }

    /// Orders by topic, then by number.
    public static func < (left: KafkaTopicPartition, right: KafkaTopicPartition) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }
}

/// The name inside the library.
typealias TopicPartition = KafkaTopicPartition
