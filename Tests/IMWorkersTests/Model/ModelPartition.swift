import Kafka

@testable import IMWorkers

/// A partition that a group of the model has assigned to a process.
///
/// Not checked: everything of the model runs on one thread.
final class ModelPartition: OwnedPartition, @unchecked Sendable {
    let topic: String
    let group: String
    let partition: Int32
    let process: ModelProcess
    private let world: ModelWorld
    private var position: Int64 = 0
    /// Whether the process believes that it owns the partition.
    private(set) var isOwned = true
    /// Whether everything that was read is finished.
    private var isWaiting = false
    /// Whether its body has returned.
    var isFinished = false

    init(_ topic: String, group: String, _ partition: Int32, _ process: ModelProcess, _ world: ModelWorld) {
        self.topic = topic
        self.group = group
        self.partition = partition
        self.process = process
        self.world = world
    }

    /// The process learns that the partition is not its own any more.
    func notice() {
        self.isOwned = false
    }

    func committed() async throws -> Int64? {
        try await self.world.schedule.call(self.process, "committed") {
            self.world.kafka.committed(self.group, self.partition)
        }
    }

    func watermarks() async throws -> (low: Int64, high: Int64) {
        try await self.world.schedule.call(self.process, "watermarks") {
            (low: self.world.kafka.start(self.topic), high: self.world.kafka.end(self.topic, self.partition))
        }
    }

    func start(at start: KafkaStart) async throws {
        try await self.world.schedule.call(self.process, "start") {
            guard case .offset(let offset) = start else { preconditionFailure("the pipeline names offsets") }
            self.position = offset
        }
    }

    /// Whether all records are read and finished.
    var isAtEnd: Bool {
        self.isWaiting && self.position == self.world.kafka.end(self.topic, self.partition)
    }

    func nextBatch() async throws -> [KafkaRecord]? {
        let kafka = self.world.kafka
        self.isWaiting = true
        defer { self.isWaiting = false }
        return try await self.world.schedule.call(self.process, "nextBatch") {
            !self.isOwned || kafka.end(self.topic, self.partition) > self.position
        } _: {
            guard self.isOwned else { return nil }
            let rest = kafka.records(self.topic, self.partition).dropFirst(Int(self.position))
            let batch = rest.prefix(self.world.batchSize(atMost: rest.count))
            self.position += Int64(batch.count)
            return Array(batch)
        }
    }

    func commit(_ next: Int64) async throws {
        try await self.world.schedule.call(self.process, "commit", faults: [.refused, .answerLost, .late]) {
            try self.world.kafka.commit(next, by: self)
        }
    }
}
