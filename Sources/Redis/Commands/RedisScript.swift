import OpenSSL

/// A Lua script, known to the server by the SHA-1 of its source.
///
/// Make one per script and keep it: the digest is computed once.
public struct RedisScript: Sendable, Hashable {
    /// The Lua source.
    public let source: String
    /// The SHA-1 in 40 hexadecimal digits; `nil` where OpenSSL refuses SHA-1, and then the source is always sent.
    public let sha1: String?

    /// The script with the Lua `source`.
    public init(_ source: String) {
        self.source = source
        // An OpenSSL that forbids SHA-1 costs bytes, not correctness: `EVAL` needs no digest.
        self.sha1 = (try? Digest.sha1(Array(source.utf8))).map(Hex.encode)
    }

    /// The command that sends the source.
    func evalCommand(_ invocation: RedisScriptInvocation) -> RedisCommand {
        .eval(self.source, keys: invocation.keys, invocation.arguments)
    }

    /// The command that sends the digest, or the source where there is no digest.
    func evalshaCommand(_ invocation: RedisScriptInvocation) -> RedisCommand {
        guard let sha1 = self.sha1 else { return self.evalCommand(invocation) }
        return .evalsha(sha1, keys: invocation.keys, invocation.arguments)
    }
}
