import IMStorage
package import Kafka

/// Consumes `toMongo` in a group of its own and writes the full archive in Postgres.
///
/// A batch and its position go into one transaction. The archive may lag: nobody waits for it.
package struct Archiver: Sendable {
    private let consumer: KafkaConsumer
    private let follower: LogFollower

    /// - Parameters:
    ///   - consumer: a member of the archiver's group on `toMongo`.
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
        let archive = dependencies.archive
        return LogFollower(
            name: "archive",
            dependencies: dependencies,
            position: { try await archive.position(of: $0) },
            store: { runs, partition, position in
                try await dependencies.retry.run("write archive") {
                    try await archive.store(runs.map(\.messages), partition: partition, position: position)
                }
            }
        )
    }
}
