import Synchronization

extension KafkaPartition {
    /// The offset of the next record that `nextBatch()` gives out; `nil` while it is not known.
    ///
    /// It is not known before `start(at:)`, and at the log's begin until the first record has come.
    public var position: Int64? {
        let value = self.positionValue.load(ordering: .relaxed)
        return value >= 0 ? value : nil
    }

    /// The offset behind the log's last record, as the last answer to a fetch named it; `nil` before the first.
    ///
    /// The client's thread looks it up about once a second.
    public var logEnd: Int64? {
        let value = self.logEndValue.load(ordering: .relaxed)
        return value >= 0 ? value : nil
    }

    /// Records between the position and the log's end, gaps included; `nil` while one of them is not known.
    public var lag: Int64? {
        guard let position, let logEnd else { return nil }
        return max(0, logEnd - position)
    }

    /// Notes a batch that is given out.
    func handedOn(_ records: [KafkaRecord]) {
        guard let last = records.last else { return }
        self.positionValue.store(last.offset + 1, ordering: .relaxed)
        self.acknowledgements?.handOn(records)
        self.metrics.handedOn(records.count)
    }
}
