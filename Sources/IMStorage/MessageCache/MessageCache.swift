package import IMProtocol
package import Redis
import SwiftProtobuf

/// The newest messages and the greatest seq of each conversation, in Redis.
///
/// A cache, never an authority: losing it makes a read slower, not wrong. All keys of a conversation share the hash tag
/// `{conversationID}`. `SEQ:{c}` is a hash of `max` and `at` (Redis time in seconds of the last write);
/// `MSG_CACHE:{c}:<seq>` is a hash whose field `value` holds the message as protobuf.
package struct MessageCache: Sendable {
    /// How long an entry lives after its last write.
    package static let lifetime: Duration = .seconds(24 * 3600)

    private let redis: RedisClient

    package init(redis: RedisClient) {
        self.redis = redis
    }

    /// Rises with each loss of the connection to Redis, when a fail-over may have made the cache forget something.
    package var connectionGeneration: Int {
        self.redis.connectionGeneration
    }

    /// Writes messages (rising seqs) and raises the conversation's maximum, in one atomic step per conversation.
    ///
    /// Late or repeated it writes nothing, so it may be tried again freely.
    package func put(_ runs: [SequencedMessages]) async throws {
        let invocations = try runs.map { run in
            var keys = [Self.seqKey(run.conversationID)]
            var arguments = [RedisArgument(Self.lifetimeSeconds)]
            for message in run.messages {
                keys.append(Self.messageKey(run.conversationID, message.seq))
                arguments.append(RedisArgument(message.seq))
                arguments.append(RedisArgument(try message.asSent.serializedBytes() as [UInt8]))
            }
            return RedisScriptInvocation(keys: keys, arguments: arguments)
        }
        for result in try await self.redis.run(MessageCacheScripts.put, invocations: invocations) {
            _ = try result.get()
        }
    }

    /// Raises the maximum of a conversation, or sets it when there is none; never lowers it.
    package func raise(_ maxima: [String: Int64]) async throws {
        let invocations = maxima.map { conversationID, max in
            RedisScriptInvocation(
                keys: [Self.seqKey(conversationID)],
                arguments: [RedisArgument(Self.lifetimeSeconds), RedisArgument(max)]
            )
        }
        for result in try await self.redis.run(MessageCacheScripts.raise, invocations: invocations) {
            _ = try result.get()
        }
    }

    /// The cached maxima of conversations; those without an entry are absent.
    package func maxima(of conversationIDs: [String]) async throws -> [String: CachedMaximum] {
        guard !conversationIDs.isEmpty else { return [:] }
        let commands = conversationIDs.map { RedisCommand.hmget(Self.seqKey($0), ["max", "at"]).raw }
        let results = try await self.redis.send(pipeline: commands + [RedisCommand.time.raw])
        guard let now = try results.last?.get().decode(as: RedisTime.self).seconds else { return [:] }
        var maxima: [String: CachedMaximum] = [:]
        for (conversationID, result) in zip(conversationIDs, results) {
            // What is no number counts as absent: the cache decides nothing.
            guard let values = try? result.get().decode(as: [Int64].self), values.count == 2,
                (0...SequencedMessages.seqMax).contains(values[0])
            else { continue }
            let (max, at) = (values[0], values[1])
            let (age, overflow) = now.subtractingReportingOverflow(at)
            maxima[conversationID] = CachedMaximum(seq: max, ageSeconds: overflow ? .max : age)
        }
        return maxima
    }

    /// The cached messages of a conversation among `seqs`.
    package func messages(
        _ conversationID: String,
        seqs: [Int64]
    ) async throws -> [Int64: Openim_Sdkws_MsgData] {
        guard !seqs.isEmpty else { return [:] }
        let results = try await self.redis.send(
            pipeline: seqs.map { .hget(Self.messageKey(conversationID, $0), "value", as: [UInt8].self) }
        )
        var messages: [Int64: Openim_Sdkws_MsgData] = [:]
        for (seq, result) in zip(seqs, results) {
            // What does not decode counts as absent and is read from the history.
            guard let bytes = try? result.get(), let message = try? Openim_Sdkws_MsgData(serializedBytes: bytes),
                message.seq == seq
            else { continue }
            messages[seq] = message
        }
        return messages
    }

    private static let lifetimeSeconds = lifetime.components.seconds

    private static func seqKey(_ conversationID: String) -> String {
        "SEQ:{\(conversationID)}"
    }

    private static func messageKey(_ conversationID: String, _ seq: Int64) -> String {
        "MSG_CACHE:{\(conversationID)}:\(seq)"
    }
}

/// A conversation's maximum as the cache knows it.
package struct CachedMaximum: Sendable, Hashable {
    /// The greatest seq.
    package let seq: Int64
    /// Seconds since it was last written.
    package let ageSeconds: Int64
}
