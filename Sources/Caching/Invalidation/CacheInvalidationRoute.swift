/// A channel and the keys that are announced on it.
public struct CacheInvalidationRoute: Sendable, Hashable {
    /// The name of the Redis channel.
    public var channel: String
    /// Beginnings of keys, compared by bytes.
    ///
    /// The empty text is the beginning of every key. Without any, no key is announced there by its beginning, only by
    /// naming the channel: `CacheInvalidationBus.publish(_:to:deadline:)`.
    public var prefixes: [String]

    /// A route; several may have the same channel.
    public init(channel: String, prefixes: [String]) {
        self.channel = channel
        self.prefixes = prefixes
    }

    func covers(_ key: String) -> Bool {
        self.prefixes.contains { key.utf8.starts(with: $0.utf8) }
    }
}
