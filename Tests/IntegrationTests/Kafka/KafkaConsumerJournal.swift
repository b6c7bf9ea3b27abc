import Foundation
import Glibc
import Kafka
import TestKit

/// A file of what a member does, complete up to the moment at which its process is killed.
final class KafkaConsumerJournal: Sendable {
    private let member: String
    private let descriptor: Int32

    init(_ path: String, member: String) {
        self.member = member
        self.descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    }

    deinit {
        close(self.descriptor)
    }

    /// A body that notes all it does and finishes records in an order of chance.
    func work(_ partition: KafkaPartition, seed: Seed) async throws {
        var random = Seed(seed.value &+ partition.generation).generator()
        while partition.isOwned {
            do throws(KafkaError) {
                try await partition.start(at: .committed)
                // The position is known only with the first record when there was no commit.
                self.add([self.event(.start, partition, offset: partition.position ?? 0)])
                try await self.follow(partition, &random)
                return
            } catch {
                // Brokers come back; what was in hand is read again from the committed offset.
                guard error.code != .notOwned, error.code != .cancelled else { return }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private func follow(_ partition: KafkaPartition, _ random: inout SeededGenerator) async throws(KafkaError) {
        var open: [KafkaRecord] = []
        while let batch = try await partition.nextBatch() {
            self.add(batch.map { self.event(.handedOn, partition, offset: $0.offset, value: $0.value ?? []) })
            open += batch
            open.shuffle(using: &random)
            try await self.finish(open.suffix(Int.random(in: 0...open.count, using: &random)), partition, &open)
            // Work takes time; a cancelled body goes on with the end of its stream.
            try? await Task.sleep(for: .milliseconds(Int.random(in: 0...5, using: &random)))
        }
        try await self.finish(open.prefix(open.count / 2), partition, &open)
    }

    private func finish(
        _ records: ArraySlice<KafkaRecord>,
        _ partition: KafkaPartition,
        _ open: inout [KafkaRecord]
    ) async throws(KafkaError) {
        self.add(records.map { self.event(.done, partition, offset: $0.offset, value: $0.value ?? []) })
        try partition.acknowledge(records)
        let offsets = Set(records.map(\.offset))
        open.removeAll { offsets.contains($0.offset) }
    }

    private func event(
        _ kind: KafkaConsumerEvent.Kind,
        _ partition: KafkaPartition,
        offset: Int64,
        value: [UInt8] = []
    ) -> KafkaConsumerEvent {
        KafkaConsumerEvent(
            kind,
            self.member,
            partition.partition,
            partition.groupGeneration ?? -1,
            offset: offset,
            value: value
        )
    }

    private func add(_ events: [KafkaConsumerEvent]) {
        let text = events.map(\.line).joined()
        // One call: a process that is killed has written all of it or the beginning of it.
        if !text.isEmpty { _ = write(self.descriptor, text, text.utf8.count) }
    }

    /// The events of all journals in a folder, in the order of their times.
    static func read(_ folder: String) throws -> [KafkaConsumerEvent] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".journal") }
        var events: [KafkaConsumerEvent] = []
        for name in names {
            let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            events += text.split(separator: "\n").compactMap { KafkaConsumerEvent($0) }
        }
        return events.sorted { $0.time < $1.time }
    }
}
