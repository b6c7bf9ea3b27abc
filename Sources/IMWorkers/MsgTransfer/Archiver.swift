import IMStorage
package import Kafka

/// Consumes `toMongo` in a group of its own and writes the full archive in Postgres.
///
/// A batch and its position go into one transaction. The archive may lag: nobody waits for it.
package struct Archiver: Sendable {
    private let follower: LogFollower

    /// - Parameters:
    ///   - consumer: a member of the archiver's group on `toMongo`.
    ///   - dependencies: what the work is done with.
    package init(consumer: KafkaConsumer, dependencies: TransferDependencies) {
        let archive = dependencies.archive
        self.follower = LogFollower(
            name: "archive",
            consumer: consumer,
            dependencies: dependencies,
            position: { try await archive.position(of: $0) },
            store: { runs, partition, next in
                try await dependencies.retry.run("write archive") {
                    try await archive.store(runs.map(\.messages), partition: partition, next: next)
                }
            }
        )
    }

    /// Works until the task is cancelled.
    package func run() async throws {
        try await self.follower.run()
    }
}
