package import Redis

/// What became of a send over the HTTP API, by the id of the request, in Redis under the key of OpenIM v3.8.
package struct SendStatusStore: Sendable {
    /// How long a status is kept.
    package static let lifetime: Duration = .seconds(24 * 3600)

    private let redis: RedisClient

    package init(redis: RedisClient) {
        self.redis = redis
    }

    /// Keeps the status of the send that `operationID` asked for.
    package func set(_ status: Int32, of operationID: String) async throws {
        _ = try await self.redis.send(
            .set(Self.key(operationID), RedisArgument(Int64(status)), expiry: .after(Self.lifetime))
        )
    }

    /// The status; nil when none is known.
    package func status(of operationID: String) async throws -> Int32? {
        try await self.redis.send(.get(Self.key(operationID))).flatMap { Int32($0) }
    }

    private static func key(_ operationID: String) -> String {
        "SEND_MSG_FAILED_FLAG:\(operationID)"
    }
}
