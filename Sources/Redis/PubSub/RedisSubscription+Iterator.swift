extension RedisSubscription {
    /// Goes over the events of a subscription, and cancels the subscription when it is dropped.
    public struct Iterator: AsyncIteratorProtocol {
        /// Shared by the copies of one iterator, so that the last of them ends the subscription.
        private final class Scope: Sendable {
            let subscription: RedisSubscription

            init(_ subscription: RedisSubscription) {
                self.subscription = subscription
            }

            deinit {
                self.subscription.cancel()
            }
        }

        private let scope: Scope

        init(subscription: RedisSubscription) {
            self.scope = Scope(subscription)
        }

        /// Waits for the next event, as `RedisSubscription.next()` does.
        public mutating func next() async throws(RedisError) -> RedisSubscriptionEvent? {
            try await self.scope.subscription.next()
        }

        /// Waits for the next event, as `RedisSubscription.next()` does; `actor` is not needed.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(RedisError) -> RedisSubscriptionEvent? {
            try await self.scope.subscription.next()
        }
    }
}
