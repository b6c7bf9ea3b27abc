/// A header of a record: a name and bytes that may be absent.
public struct KafkaHeader: Sendable, Hashable {
    /// The name.
    ///
    /// Names may repeat, and order is kept.
    public var key: String
    /// The bytes; `nil` (absent) and empty are different things to Kafka.
    public var value: [UInt8]?

    /// Creates a header.
    public init(key: String, value: [UInt8]?) {
        self.key = key
        self.value = value
    }
}
