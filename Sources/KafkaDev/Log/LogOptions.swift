/// How a partition keeps its records.
struct LogOptions: Equatable, Sendable {
    /// A segment is closed before it grows beyond this many bytes.
    var segmentBytes = 64 << 20
    /// The oldest segments go while the others hold at least this many bytes; nil keeps all.
    var retentionBytes: Int64?
    /// Segments go when their newest record is older than this many milliseconds; nil keeps all.
    var retentionMilliseconds: Int64?
    /// The greatest batch in bytes.
    var batchBytesMax = 1_048_588
    /// A segment's index has an entry for so many bytes.
    var indexIntervalBytes = 16 << 10
    /// So many producers are remembered in a partition; beyond it those that were silent for longest are forgotten.
    var producersMax = 5_000
    /// Whether records are confirmed, and shown to consumers, only when they are on the disk.
    var isSyncedBeforeAcknowledgement = false
}
