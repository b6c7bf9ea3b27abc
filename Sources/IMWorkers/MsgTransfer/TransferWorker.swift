package import Kafka

/// Consumes `toRedis`: gives each message its seq, makes it real in `toMongo`, then shows it to readers and receivers.
package struct TransferWorker: Sendable {
    private let consumer: KafkaConsumer
    private let dependencies: TransferDependencies
    private let pinned = PinnedMessages()

    /// - Parameters:
    ///   - consumer: a member of the transfer's group on `toRedis`.
    ///   - dependencies: what the work is done with.
    package init(consumer: KafkaConsumer, dependencies: TransferDependencies) {
        self.consumer = consumer
        self.dependencies = dependencies
    }

    /// Returns when the group has given this member its share of the partitions, which may be none.
    package func joined() async throws {
        try await self.consumer.joined()
    }

    /// Works until the task is cancelled.
    ///
    /// What is in hand then is done again by whoever goes on.
    package func run() async throws {
        let watch = HistoryWatch(
            pinned: self.pinned,
            history: self.dependencies.history,
            cache: self.dependencies.cache,
            timer: self.dependencies.timer,
            logger: self.dependencies.logger
        )
        // Ends with this function, which cancels it.
        async let _: Void = watch.run()
        try await self.consumer.run { partition in
            var transfer = PartitionTransfer(
                partition: partition,
                pinned: self.pinned,
                dependencies: self.dependencies
            )
            try await transfer.run()
        }
    }
}
