extension KafkaPartition {
    /// Says that a record's work is done, in any order; any task may call it.
    ///
    /// The consumer commits the end of the longest run of acknowledged records within the `commitInterval` of its
    /// `acknowledgementWindow`, and before it gives the partition back. A record that is not in the window changes
    /// nothing: one that was acknowledged before, or was read before the position changed.
    ///
    /// - Throws: `.notOwned` when the partition is not ours any more: another member reads the record again.
    ///   `.invalidArgument` without an `acknowledgementWindow`, or for a record of another partition.
    public func acknowledge(_ record: KafkaRecord) throws(KafkaError) {
        try self.acknowledge(CollectionOfOne(record))
    }

    /// Says that the work of several records is done, as one by one.
    ///
    /// - Throws: as for a single record; nothing is acknowledged then.
    public func acknowledge(_ records: some Collection<KafkaRecord>) throws(KafkaError) {
        guard records.allSatisfy({ $0.partition == self.partition && $0.topic == self.topic }) else {
            throw self.error(.invalidArgument, "a record of another partition")
        }
        let tracker = try self.tracker()
        guard self.mayCommit else { throw self.notOwned }
        tracker.acknowledge(records.lazy.map(\.offset))
    }

    /// Commits what has been acknowledged, without waiting for the interval.
    ///
    /// - Throws: as `commit(_:)`; `.invalidArgument` without an `acknowledgementWindow`.
    public func commitAcknowledged() async throws(KafkaError) {
        _ = try self.tracker()
        guard self.mayCommit else { throw self.notOwned }
        try await self.commitFinished()
    }

    /// The position that acknowledgements allow to commit: behind the longest run of finished records.
    ///
    /// `nil` before the first record of that run, and without an `acknowledgementWindow`.
    public var acknowledgedEnd: Int64? {
        self.acknowledgements?.finishedEnd
    }

    /// Records that were handed on and are not acknowledged; `nil` without an `acknowledgementWindow`.
    public var unacknowledged: Int? {
        self.acknowledgements?.unacknowledged
    }

    private func tracker() throws(KafkaError) -> AcknowledgementTracker {
        guard let acknowledgements else {
            throw self.error(.invalidArgument, "acknowledgementWindow: none in the configuration")
        }
        return acknowledgements
    }
}
