/// A record to produce.
public struct KafkaProducerRecord: Sendable, Hashable {
    /// The topic.
    ///
    /// Brokers create unknown ones if they are configured to.
    public var topic: String
    /// The partition, or `nil` to choose one from the key (FNV-1a, as every producer of these topics does).
    public var partition: Int32?
    /// The key; `nil` and empty are different things to Kafka, and go to the same partition.
    public var key: [UInt8]?
    /// The value; `nil` and empty are different things to Kafka.
    public var value: [UInt8]?
    /// The headers, in order.
    public var headers: [KafkaHeader]
    /// The create time in milliseconds since 1970, or `nil` for now.
    ///
    /// librdkafka takes 0 for now, too.
    public var timestamp: Int64?

    /// Creates a record.
    public init(
        topic: String,
        partition: Int32? = nil,
        key: [UInt8]? = nil,
        value: [UInt8]?,
        headers: [KafkaHeader] = [],
        timestamp: Int64? = nil
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp = timestamp
    }
}
