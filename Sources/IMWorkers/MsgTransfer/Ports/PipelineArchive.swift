package import IMStorage

/// The archive, as the workers see it.
package protocol PipelineArchive: Sendable {
    /// How far the archive has followed a partition of `toMongo`; nil before the first record.
    func position(of partition: Int32) async throws -> PipelinePosition?
    /// Archives messages and moves the position, only forward, in one transaction.
    func store(_ runs: [SequencedMessages], partition: Int32, position: PipelinePosition) async throws
}

extension ArchiveStore: PipelineArchive {}
