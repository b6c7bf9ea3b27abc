/// What a consumer group is doing.
public enum KafkaGroupState: String, Sendable, Hashable, CaseIterable {
    /// Members are joining.
    case preparingRebalance
    /// Members have joined and wait for their partitions.
    case completingRebalance
    /// Every member has its partitions.
    case stable
    /// No members; the group has offsets, perhaps.
    case empty
    /// The group does not exist, or is about to be removed.
    case dead
    /// The broker does not say, or says something new.
    case unknown
}
