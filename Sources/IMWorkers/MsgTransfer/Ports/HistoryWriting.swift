package import IMStorage

/// What the history writer writes to.
package protocol HistoryWriting: Sendable {
    /// Writes messages into their slots while these are empty; returns those that can never be stored.
    func store(_ runs: [SequencedMessages]) async throws -> [UnstorableMessage]
    /// Raises the heads of conversations to what was stored; never lowers one.
    func raiseHeads(_ runs: [SequencedMessages]) async throws
    /// Moves the position of a partition, only forward.
    func savePosition(of partition: Int32, _ position: PipelinePosition) async throws
}
