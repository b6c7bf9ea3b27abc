import IMStorage
package import Kafka

/// Consumes `toMongo` and writes the history, with its position beside it in MongoDB.
package struct HistoryWriter: Sendable {
    private let consumer: KafkaConsumer
    private let follower: LogFollower

    /// - Parameters:
    ///   - consumer: a member of the history writer's group on `toMongo`.
    ///   - dependencies: what the work is done with.
    package init(consumer: KafkaConsumer, dependencies: TransferDependencies) {
        self.consumer = consumer
        self.follower = Self.follower(dependencies)
    }

    /// Works until the task is cancelled.
    package func run() async throws {
        try await self.consumer.run { try await self.follower.follow($0) }
    }

    /// The work on a partition.
    static func follower(_ dependencies: TransferDependencies) -> LogFollower {
        let batches = HistoryBatches(
            history: dependencies.history,
            positions: dependencies.positions,
            retry: dependencies.retry,
            addDeadLetter: { try await dependencies.deadLetters.add($0, reason: $1) }
        )
        return LogFollower(
            name: "history",
            dependencies: dependencies,
            position: { try await dependencies.history.position(of: $0) },
            store: { try await batches.store($0, partition: $1, position: $2) }
        )
    }
}
