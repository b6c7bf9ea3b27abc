import ServerRuntime

/// How sentinels are reached: with a user, a password and TLS of their own.
protocol SentinelAccess: Sendable {
    /// Sends commands to a sentinel, on a connection that may be kept; a reply each, errors as `.error` elements.
    ///
    /// - Throws: the codes of `RedisError`; must end by the deadline.
    func ask(
        _ sentinel: RedisEndpoint,
        _ commands: [RawCommand],
        deadline: Deadline
    ) async throws(RedisError) -> [RedisValue]

    /// Subscribes to a channel of a sentinel and hands over what comes, until the subscription ends or the task is
    /// cancelled.
    ///
    /// - Throws: why there is no subscription, or no more.
    func watch(
        _ sentinel: RedisEndpoint,
        channel: String,
        _ notice: @escaping @Sendable (RedisSubscriptionEvent) -> Void
    ) async throws(RedisError)
}
