import Synchronization
import TestKit

@testable import Kafka

/// What members have done with the records of partitions, and whether they were allowed to.
final class ConsumerHistory: Sendable {
    private struct State {
        var handedOn: [Int32: Set<Int64>] = [:]
        var acknowledged: [Int32: Set<Int64>] = [:]
        var violations: [String] = []
    }

    private let state = Mutex(State())

    /// The offsets that were handed on, by any member.
    func handedOn(_ partition: Int32) -> Set<Int64> {
        self.state.withLock { $0.handedOn[partition] ?? [] }
    }

    /// What must not have happened.
    var violations: [String] {
        self.state.withLock { $0.violations }
    }

    /// A body that reads from the committed offset and finishes records in an order of chance.
    ///
    /// A partition that begins behind a record that nobody has acknowledged shows a commit that ran ahead.
    func work(_ partition: KafkaPartition, seed: Seed) async throws {
        var random = Seed(seed.value &+ partition.generation).generator()
        while partition.isOwned {
            do {
                try await partition.start(at: .committed)
                try await self.follow(partition, &random)
                return
            } catch let error as KafkaError {
                // A step that failed is done again from the committed offset, as the product's workers do.
                guard error.isRetriable || error.code == .timedOut || error.code == .unavailable else { throw error }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private func follow(_ partition: KafkaPartition, _ random: inout SeededGenerator) async throws {
        var last: Int64?
        var open: [KafkaRecord] = []
        while let batch = try await partition.nextBatch() {
            self.note(batch, last: last, of: partition)
            last = batch.last?.offset
            open += batch
            open.shuffle(using: &random)
            let count = Int.random(in: 0...open.count, using: &random)
            try self.acknowledge(open.suffix(count), of: partition)
            open.removeLast(count)
            guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
            self.check(try await partition.committed(), of: partition)
        }
        // What is in hand is finished or dropped: here one half of it each.
        try self.acknowledge(open.prefix(open.count / 2), of: partition)
    }

    /// Whatever the group has as its position: all work below is done.
    private func check(_ committed: Int64?, of partition: KafkaPartition) {
        guard let committed else { return }
        self.state.withLock { state in
            let done = state.acknowledged[partition.partition] ?? []
            guard let open = (0..<committed).first(where: { !done.contains($0) }) else { return }
            state.violations.append("[\(partition.partition)] \(committed) is committed, but \(open) is not done")
        }
    }

    private func note(_ batch: [KafkaRecord], last: Int64?, of partition: KafkaPartition) {
        self.state.withLock { state in
            let id = partition.partition
            for (index, record) in batch.enumerated() {
                let former = index > 0 ? batch[index - 1].offset : last
                if let former, record.offset != former + 1 {
                    state.violations.append("[\(id)] \(record.offset) follows \(former)")
                }
                state.handedOn[id, default: []].insert(record.offset)
            }
            guard last == nil, let first = batch.first?.offset else { return }
            let done = state.acknowledged[id] ?? []
            if let open = (0..<first).first(where: { !done.contains($0) }) {
                state.violations.append("[\(id)] begins at \(first), but \(open) is not acknowledged")
            }
        }
    }

    private func acknowledge(_ records: some Collection<KafkaRecord>, of partition: KafkaPartition) throws {
        // Before the call: as soon as it is under way it may be committed.
        self.state.withLock { state in
            state.acknowledged[partition.partition, default: []].formUnion(records.map(\.offset))
        }
        do {
            try partition.acknowledge(records)
        } catch {
            guard error.code == .notOwned else { throw error }
        }
    }
}
