import IMStorage
import Kafka
import Logging

/// Follows `toMongo` for a store that keeps its own position: the group hands out the partitions, its offset only shows
/// lag.
struct LogFollower: Sendable {
    /// Who follows, for logs, metrics and errors.
    let name: String
    let dependencies: TransferDependencies
    /// How far the store has followed a partition; nil before the first record.
    let position: @Sendable (Int32) async throws -> PipelinePosition?
    /// Stores messages, then the position behind the records they came from; each step repeated until it succeeds.
    let store: @Sendable ([SequencedRecords], _ partition: Int32, PipelinePosition) async throws -> Void

    /// Works on a partition until it is not ours any more.
    ///
    /// What is in hand then is done again by whoever goes on.
    func follow(_ partition: any OwnedPartition) async throws {
        // A read that failed may have left out records: it is done again from the stored position.
        try await self.dependencies.retry.run("\(self.name) of partition \(partition.partition)") {
            guard partition.isOwned else { return }
            try await self.read(partition, from: try await self.start(partition))
        }
    }

    private func start(_ partition: any OwnedPartition) async throws -> PipelinePosition {
        let stored = try await self.position(partition.partition)
        let next = try await self.check(stored?.next, partition)
        try await partition.start(at: .offset(next))
        // Without a stored position everything is void up to the first claim.
        return PipelinePosition(next: next, epoch: stored?.epoch)
    }

    private func check(_ next: Int64?, _ partition: any OwnedPartition) async throws -> Int64 {
        let (low, high) = try await partition.watermarks()
        do {
            return try LogPosition.check(
                next,
                low: low,
                high: high,
                reader: self.name,
                log: "\(partition.topic)/\(partition.partition)"
            )
        } catch {
            // Nothing is skipped: the reader stays here and says so until somebody acts.
            self.dependencies.logger.error("\(self.name) cannot go on", metadata: ["error": "\(error)"])
            self.dependencies.metrics.outsideLog(self.name)
            throw error
        }
    }

    private func read(_ partition: any OwnedPartition, from position: PipelinePosition) async throws {
        var reader = EpochReader(epoch: position.epoch)
        var next = position.next
        while let records = try await partition.nextBatch() {
            guard let first = records.first, let last = records.last else { continue }
            // A gap is no loss as long as the log still begins before it.
            if first.offset != next { _ = try await self.check(next, partition) }
            let runs = try await self.valid(records, &reader)
            next = last.offset + 1
            try await self.store(runs, partition.partition, PipelinePosition(next: next, epoch: reader.epoch))
            do {
                try await partition.commit(next)
            } catch {
                // The store has the position; a lag that shows too high for a while harms nobody.
                self.dependencies.logger.debug("\(self.name) offset not committed", metadata: ["error": "\(error)"])
            }
        }
    }

    /// The records that count; what cannot be read goes to the dead letters and does not hold up the rest.
    private func valid(_ records: [KafkaRecord], _ reader: inout EpochReader) async throws -> [SequencedRecords] {
        var runs: [SequencedRecords] = []
        var void = 0
        for record in records {
            switch reader.read(record) {
            case .valid(let messages): runs.append(SequencedRecords(record: record, messages: messages))
            case .claim: break
            case .void: void += 1
            case .unreadable(let reason): try await self.dependencies.deadLetters.add(record, reason: reason)
            }
        }
        if void > 0 { self.dependencies.metrics.passedVoid(void, reader: self.name) }
        return runs
    }
}
