import IMProtocol
import IMStorage
package import Kafka

/// Consumes `toMongo` and writes the history, with its position beside it in MongoDB.
package struct HistoryWriter: Sendable {
    private let follower: LogFollower

    /// - Parameters:
    ///   - consumer: a member of the history writer's group on `toMongo`.
    ///   - dependencies: what the work is done with.
    package init(consumer: KafkaConsumer, dependencies: TransferDependencies) {
        self.follower = LogFollower(
            name: "history",
            consumer: consumer,
            dependencies: dependencies,
            position: { try await dependencies.history.position(of: $0) },
            store: { try await Self.store($0, partition: $1, next: $2, dependencies) }
        )
    }

    /// Works until the task is cancelled.
    package func run() async throws {
        try await self.follower.run()
    }

    /// Slots, then heads, then the position: in this order a crash in between leaves nothing that looks finished and is
    /// not.
    private static func store(
        _ runs: [SequencedRecords],
        partition: Int32,
        next: Int64,
        _ dependencies: TransferDependencies
    ) async throws {
        let history = dependencies.history
        let retry = dependencies.retry
        let unstorable = try await retry.run("write history") { try await history.store(runs.map(\.messages)) }
        for lost in unstorable {
            let origin = runs.first { $0.messages.conversationID == lost.conversationID && $0.holds(lost.message.seq) }
            guard let origin else { continue }
            let reason = "\(lost.conversationID) seq \(lost.message.seq): \(lost.reason)"
            try await dependencies.deadLetters.add(origin.record, reason: reason)
        }
        try await retry.run("raise heads") { try await history.raiseHeads(runs.map(\.messages)) }
        try await retry.run("save history position") { try await history.savePosition(of: partition, next: next) }
    }
}
