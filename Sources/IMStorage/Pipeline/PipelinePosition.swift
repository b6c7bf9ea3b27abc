/// How far a reader has followed one partition of `toMongo`.
///
/// The two belong together: without the epoch a reader that starts again between a claim and a record of the owner
/// before it would take that record for valid.
package struct PipelinePosition: Sendable, Hashable {
    /// The offset of the next record to read.
    package var next: Int64
    /// The offset of the last claim before `next`; nil before the first one, when no record is valid.
    package var epoch: Int64?

    package init(next: Int64, epoch: Int64? = nil) {
        self.next = next
        self.epoch = epoch
    }
}
