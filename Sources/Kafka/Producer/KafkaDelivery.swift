/// Where the broker stored a record.
public struct KafkaDelivery: Sendable, Hashable {
    /// The topic.
    public var topic: String
    /// The partition.
    public var partition: Int32
    /// The offset; -1 when `acks` is `.none`, because the broker does not say.
    public var offset: Int64

    /// Creates a delivery.
    public init(topic: String, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }
}
