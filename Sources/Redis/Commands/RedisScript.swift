import OpenSSL

/// A Lua script whose result decodes into `Reply`, known to the server by the SHA-1 of its source.
///
/// Make one per script and keep it: the digest is computed once.
///
///     static let take = RedisScript("return redis.call('DECRBY', KEYS[1], ARGV[1])", as: Int.self)
///     let left = try await redis.run(take, keys: ["stock"], arguments: [3])
public struct RedisScript<Reply: RedisReply>: Sendable, Hashable {
    /// The Lua source.
    public let source: String
    /// The SHA-1 in 40 hexadecimal digits; `nil` where OpenSSL refuses SHA-1, and then the source is always sent.
    public let sha1: String?

    /// The script with the Lua `source`.
    ///
    /// - Parameters:
    ///   - source: the Lua source.
    ///   - type: what the result decodes into. Lua's numbers become integers, `true` and `false` 1 and `null`, tables
    ///     arrays up to their first `nil`.
    public init(_ source: String, as type: Reply.Type) {
        self.source = source
        // An OpenSSL that forbids SHA-1 costs bytes, not correctness: `EVAL` needs no digest.
        self.sha1 = (try? Digest.sha1(Array(source.utf8))).map(Hex.encode)
    }

    /// The command that sends the source.
    func evalCommand(_ invocation: RedisScriptInvocation) -> RedisCommand<Reply> {
        .eval(self.source, keys: invocation.keys, invocation.arguments, as: Reply.self)
    }

    /// The command that sends the digest, or the source where there is no digest.
    func evalshaCommand(_ invocation: RedisScriptInvocation) -> RedisCommand<Reply> {
        guard let sha1 = self.sha1 else { return self.evalCommand(invocation) }
        return .evalsha(sha1, keys: invocation.keys, invocation.arguments, as: Reply.self)
    }
}

extension RedisScript where Reply == RedisValue {
    /// The script with the Lua `source`, with its result as it comes.
    public init(_ source: String) {
        self.init(source, as: RedisValue.self)
    }
}
