/// A place between two batches of a partition's log.
struct LogPosition: Equatable, Sendable {
    /// The offset of the next record.
    var offset: Int64
    /// The base offset of the segment.
    var segment: Int64
    /// The byte in the segment's file.
    var byte: Int64
}
