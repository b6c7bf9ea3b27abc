public import ServerRuntime

extension RedisClient {
    /// Subscribes to channels and patterns, and returns when the server has confirmed all of them.
    ///
    /// All subscriptions of a client share one connection of their own, which is made for the first. A channel with many
    /// subscriptions is subscribed to once.
    ///
    ///     let subscription = try await redis.subscribe(to: ["invalidate"])
    ///     for try await event in subscription {
    ///         switch event {
    ///         case .message(_, _, let payload): forget(payload)
    ///         case .gap: forgetEverything()
    ///         }
    ///     }
    ///
    /// - Parameters:
    ///   - channels: names of channels; repeated ones count once.
    ///   - patterns: patterns in the server's glob style, as `news.*`; repeated ones count once.
    ///   - limits: how much is kept for a slow reader.
    ///   - deadline: when to give up; `commandTimeout` from now without one.
    /// - Returns: the subscription, which holds every message that the server sends from now on.
    /// - Throws: `.deadlineExceeded`, with the reason why there is no connection as cause; `.cancelled`; `.closed`;
    ///   `.queueFull` beyond 16,384 subscriptions or 65,536 different channels and patterns; `.invalidArgument` for
    ///   neither channels nor patterns; `.handshakeRefused` and `.server` (`NOPERM`) with the words of the server.
    public func subscribe(
        to channels: [String],
        patterns: [String] = [],
        limits: RedisSubscriptionLimits = RedisSubscriptionLimits(),
        deadline: Deadline? = nil
    ) async throws(RedisError) -> RedisSubscription {
        try await self.subscriptions.subscribe(
            channels: channels,
            patterns: patterns,
            limits: limits,
            deadline: self.resolve(deadline)
        )
    }
}
