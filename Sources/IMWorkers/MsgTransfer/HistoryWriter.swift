import IMStorage
package import Kafka

/// Consumes `toMongo` and writes the history, with its position beside it in MongoDB.
package struct HistoryWriter: Sendable {
    private let follower: LogFollower

    /// - Parameters:
    ///   - consumer: a member of the history writer's group on `toMongo`.
    ///   - dependencies: what the work is done with.
    package init(consumer: KafkaConsumer, dependencies: TransferDependencies) {
        let batches = HistoryBatches(
            history: dependencies.history,
            retry: dependencies.retry,
            addDeadLetter: { try await dependencies.deadLetters.add($0, reason: $1) }
        )
        self.follower = LogFollower(
            name: "history",
            consumer: consumer,
            dependencies: dependencies,
            position: { try await dependencies.history.position(of: $0)?.next },
            store: { try await batches.store($0, partition: $1, next: $2) }
        )
    }

    /// Works until the task is cancelled.
    package func run() async throws {
        try await self.follower.run()
    }
}
