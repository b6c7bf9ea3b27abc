/// A record that was read, copied out of the client's buffers.
public struct KafkaRecord: Sendable, Hashable {
    /// The topic.
    public var topic: String
    /// The partition.
    public var partition: Int32
    /// The offset.
    ///
    /// Offsets of one partition rise, with gaps where the log was compacted or holds control records.
    public var offset: Int64
    /// Milliseconds since 1970, as the producer or the broker set them; -1 when the record has none.
    public var timestamp: Int64
    /// The key; `nil` (absent) and empty are different.
    public var key: [UInt8]?
    /// The value; `nil` (absent) and empty are different.
    public var value: [UInt8]?
    /// The headers, in order.
    public var headers: [KafkaHeader]

    /// Creates a record, for tests of code that reads records.
    public init(
        topic: String,
        partition: Int32,
        offset: Int64,
        timestamp: Int64 = -1,
        key: [UInt8]? = nil,
        value: [UInt8]? = nil,
        headers: [KafkaHeader] = []
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }

    /// The bytes of key, value and headers, and a constant for the rest: what bounds count.
    var sizeBytes: Int {
        var size = 64 + (self.key?.count ?? 0) + (self.value?.count ?? 0)
        for header in self.headers { size += 32 + header.key.utf8.count + (header.value?.count ?? 0) }
        return size
    }
}
