/// Bounds of what the broker holds in memory or open, each with what happens beyond it.
public struct KafkaDevLimits: Sendable, Hashable {
    /// Connections; one more is closed at once.
    public var connectionsMax = 1_000
    /// Bytes of one request; the connection of a longer one is closed.
    public var requestBytesMax = 16 << 20
    /// Bytes of all requests that are being received or worked on; beyond it, connections are not read.
    public var requestBytesInFlightMax = 64 << 20
    /// Produce requests of one connection that are worked on at a time; beyond it, the connection is not read.
    public var produceRequestsInFlightMax = 64
    /// Bytes of records in one answer to a fetch, but for a first batch that is larger by itself.
    public var fetchBytesMax = 8 << 20
    /// Bytes of records in all answers that are being sent; beyond it, fetches wait, each as long as it allows.
    ///
    /// One answer gets at most a quarter of what is left, but always a batch.
    public var fetchBytesInFlightMax = 64 << 20
    /// Bytes of one record batch, as `max.message.bytes`; a larger one is refused with MESSAGE_TOO_LARGE.
    public var batchBytesMax = 1_048_588
    /// Partitions of all topics; beyond it, topics are refused with POLICY_VIOLATION.
    ///
    /// Each can have ten files open.
    public var partitionsMax = 2_000
    /// Groups, with members or with committed offsets; one more is refused with COORDINATOR_NOT_AVAILABLE.
    public var groupsMax = 10_000
    /// Members of a group; one more is refused with GROUP_MAX_SIZE_REACHED.
    public var groupMembersMax = 1_000
    /// Bytes that a member tells its group's leader; more is refused with INVALID_REQUEST.
    public var memberBytesMax = 1 << 20
    /// Bytes of the text beside a committed offset; more is refused with OFFSET_METADATA_TOO_LARGE.
    public var offsetMetadataBytesMax = 4_096
    /// Idempotent producers that a partition remembers; those that were silent for longest are forgotten.
    public var producersPerPartitionMax = 5_000
    /// How long receiving one request may take before the connection is closed.
    public var requestTime = Duration.seconds(60)
    /// How long a client may take nothing of what is sent to it before its connection is closed.
    public var sendTime = Duration.seconds(30)
    /// How long a connection may be silent before it is closed.
    public var idleTime = Duration.seconds(600)

    /// The usual bounds.
    public init() {}
}
