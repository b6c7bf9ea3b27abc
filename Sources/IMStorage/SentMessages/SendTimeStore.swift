import OpenSSL
package import Redis
import ServerRuntime

/// When messages were sent first, in Redis, so that a message that comes again is answered as it was the first time.
///
/// One text a message, `SEND_TIME:<identity>`, written only when there is none, in one step with the question. The time counts from
/// the first attempt: a caller that knows that its message cannot have entered the pipeline takes it back. Seqs do
/// not depend on it: when Redis loses it, or it has ended, a message that comes again keeps its seq and its stored time, and
/// only the answer says another one.
package struct SendTimeStore: Sendable {
    /// How long a time is kept: clients send again within seconds, users within minutes.
    package static let lifetime: Duration = .seconds(3600)
    /// How long a send waits for Redis, then goes on without it.
    private static let timeout: Duration = .milliseconds(500)

    private let redis: RedisClient

    package init(redis: RedisClient) {
        self.redis = redis
    }

    /// The time of the first attempt to send a message, which is `now` unless there was one before.
    ///
    /// - Parameters:
    ///   - identity: the message.
    ///   - now: Unix time in milliseconds.
    /// - Returns: Unix time in milliseconds.
    /// - Throws: `RedisError`.
    package func first(_ identity: MessageIdentity, now: Int64) async throws -> Int64 {
        let held = try await self.redis.run(
            Self.firstTime,
            keys: [Self.key(identity)],
            arguments: [RedisArgument(now), RedisArgument(Self.lifetime.components.seconds)],
            deadline: .after(Self.timeout)
        )
        // What is no time is not taken over. One that lies ahead is that of a server whose clock does.
        guard let time = Int64(held), time > 0 else { return now }
        return time
    }

    /// Forgets a message that did not enter the pipeline.
    package func forget(_ identity: MessageIdentity) async throws {
        _ = try await self.redis.send(.del(Self.key(identity)), deadline: .after(Self.timeout))
    }

    /// KEYS: the entry.
    ///
    /// ARGV: the time, the lifetime in seconds. Returns the time that counts, as text: Lua's numbers are doubles.
    private static let firstTime = RedisScript(
        """
        local held = redis.call('GET', KEYS[1])
        if held then return held end
        redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
        return ARGV[1]
        """,
        as: String.self
    )

    private static func key(_ identity: MessageIdentity) -> String {
        "SEND_TIME:\(Hex.encode(identity.bytes))"
    }
}
