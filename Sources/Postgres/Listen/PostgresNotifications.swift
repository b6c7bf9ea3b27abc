/// What comes on the channels that a body listens to, valid inside that body.
///
/// Never ends by itself. For one task.
public struct PostgresNotifications: AsyncSequence, Sendable {
    /// An event.
    public typealias Element = PostgresNotificationEvent
    /// What reading can fail with.
    public typealias Failure = PostgresError

    private let queue: NotificationQueue

    init(_ queue: NotificationQueue) {
        self.queue = queue
    }

    /// Goes on behind what was read before.
    public func makeAsyncIterator() -> Iterator {
        Iterator(queue: self.queue)
    }

    /// Gives the events out one by one.
    public struct Iterator: AsyncIteratorProtocol {
        let queue: NotificationQueue

        /// Waits for the next event.
        ///
        /// - Throws: `.cancelled` when the task is cancelled; `.transactionMisuse` when another task waits already.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(PostgresError) -> PostgresNotificationEvent? {
            try await self.queue.next()
        }
    }
}
