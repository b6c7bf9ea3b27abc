/// Entries of one of several streams.
public struct RedisStreamEntries<Value: RedisReply>: RedisReply {
    /// The key of the stream.
    public var key: String
    /// The entries, oldest first.
    public var entries: [RedisStreamEntry<Value>]

    /// Entries of the stream `key`.
    public init(key: String, entries: [RedisStreamEntry<Value>]) {
        self.key = key
        self.entries = entries
    }

    /// The key and the entries.
    public init(reply value: RedisValue) throws(RedisError) {
        let halves = try RedisPair<String, [RedisStreamEntry<Value>]>(reply: value)
        self.init(key: halves.first, entries: halves.second)
    }

    /// The streams of an array; none for `null`, by which the server says that no stream has entries.
    public static func _array(reply value: RedisValue) throws(RedisError) -> [RedisStreamEntries<Value>] {
        guard !value.isNull else { return [] }
        let elements = try value.elements(count: 0)
        var streams: [RedisStreamEntries<Value>] = []
        for index in elements.values.indices { streams.append(try elements.decode(index)) }
        return streams
    }
}

extension RedisStreamEntries: Equatable where Value: Equatable {}
extension RedisStreamEntries: Hashable where Value: Hashable {}
