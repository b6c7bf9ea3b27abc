package import Redis

/// Takes messages out of the message cache after what readers see of them has changed in the history.
///
/// The cache holds messages as they were sent, so it must not have one that was read, revoked or deleted. What was taken out
/// does not come back: the cache's writer passes by seqs up to its maximum.
package struct MessageEviction: Sendable {
    /// Keys of one command.
    private static let keysMax = 500

    private let redis: RedisClient

    package init(redis: RedisClient) {
        self.redis = redis
    }

    /// Takes out messages of a conversation; those that are not there are passed by.
    package func evict(_ conversationID: String, seqs: [Int64]) async throws {
        var rest = seqs[...]
        while !rest.isEmpty {
            let keys = rest.prefix(Self.keysMax).map { "MSG_CACHE:{\(conversationID)}:\($0)" }
            rest = rest.dropFirst(Self.keysMax)
            _ = try await self.redis.send(.del(keys))
        }
    }
}
