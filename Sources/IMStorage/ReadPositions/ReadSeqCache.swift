package import Redis

/// What users have read, in Redis, until it has reached MongoDB.
///
/// A cache in front of `ReadPositionStore`, which follows the pipeline: the greater of both counts. Losing an entry makes a
/// position fall back only for the moment that the pipeline is behind. Key `SEQ_USER_READ:<conversation>:<user>`, field `value`,
/// as OpenIM v3.8 has it.
package struct ReadSeqCache: Sendable {
    /// How long an entry lives after its last write: longer than the pipeline may be behind.
    package static let lifetime: Duration = .seconds(7 * 24 * 3600)

    private let redis: RedisClient

    package init(redis: RedisClient) {
        self.redis = redis
    }

    /// Raises what users have read; a lower mark changes nothing.
    package func raise(_ marks: [ReadMark]) async throws {
        let invocations = ReadMark.greatest(of: marks).map { mark in
            RedisScriptInvocation(
                keys: [Self.key(mark.conversationID, mark.userID)],
                arguments: [RedisArgument(Self.lifetime.components.seconds), RedisArgument(mark.seq)]
            )
        }
        guard !invocations.isEmpty else { return }
        for result in try await self.redis.run(Self.raise, invocations: invocations) { _ = try result.get() }
    }

    /// What a user has read of conversations; those without an entry are absent.
    package func readSeqs(of userID: String, in conversationIDs: [String]) async throws -> [String: Int64] {
        guard !conversationIDs.isEmpty else { return [:] }
        let results = try await self.redis.send(
            pipeline: conversationIDs.map { .hget(Self.key($0, userID), "value", as: String.self) }
        )
        var seqs: [String: Int64] = [:]
        for (conversationID, result) in zip(conversationIDs, results) {
            // What is no number, or a key of another type, counts as absent: a cache decides nothing. A connection that is
            // lost has failed the whole pipeline.
            guard let seq = (try? result.get()).flatMap({ Int64($0) }), (1...SequencedMessages.seqMax).contains(seq)
            else { continue }
            seqs[conversationID] = seq
        }
        return seqs
    }

    /// KEYS: the entry.
    ///
    /// ARGV: lifetime in seconds, seq. Returns the greatest seq. What is no number is replaced; locks that OpenIM left in the
    /// entry end, or its refresh would overwrite the seq.
    private static let raise = RedisScript(
        """
        local held = redis.pcall('HGET', KEYS[1], 'value')
        if type(held) == 'table' then redis.call('DEL', KEYS[1]) held = false end
        local max = tonumber(held or '0') or 0
        if tonumber(ARGV[2]) > max then redis.call('HSET', KEYS[1], 'value', ARGV[2]) end
        redis.call('HDEL', KEYS[1], 'lockUntil', 'lockOwner')
        redis.call('EXPIRE', KEYS[1], ARGV[1])
        return math.max(max, tonumber(ARGV[2]))
        """,
        as: Int64.self
    )

    private static func key(_ conversationID: String, _ userID: String) -> String {
        "SEQ_USER_READ:\(conversationID):\(userID)"
    }
}
