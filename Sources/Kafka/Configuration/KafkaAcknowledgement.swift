/// When a broker acknowledges a record.
public enum KafkaAcknowledgement: String, Sendable, Hashable, CaseIterable {
    /// Never; records can be lost without an error.
    case none = "0"
    /// When the partition's leader has it.
    case leader = "1"
    /// When all in-sync replicas have it.
    case all
}
