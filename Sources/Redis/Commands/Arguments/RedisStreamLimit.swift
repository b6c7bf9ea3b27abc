/// How much of a stream is kept; the oldest entries go first.
public struct RedisStreamLimit: Sendable, Hashable {
    let words: [RedisArgument]

    /// `count` entries, or a few more where `exactly` is false, which is much cheaper for the server.
    public static func length(_ count: Int, exactly: Bool = false) -> RedisStreamLimit {
        RedisStreamLimit(words: ["MAXLEN", exactly ? "=" : "~", .init(count)])
    }

    /// The entries from `id` on, and perhaps a few older ones where `exactly` is false.
    public static func since(_ id: String, exactly: Bool = false) -> RedisStreamLimit {
        RedisStreamLimit(words: ["MINID", exactly ? "=" : "~", .string(id)])
    }
}
