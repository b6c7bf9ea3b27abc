/// An entry of a stream.
public struct RedisStreamEntry<Value: RedisReply>: RedisReply {
    /// The identifier: milliseconds of Unix time, a hyphen, and a number that tells entries of one millisecond apart.
    public var id: String
    /// The fields in their order; none where the entry has been removed while it was unfinished.
    public var fields: [RedisField<Value>]

    /// An entry.
    public init(id: String, fields: [RedisField<Value>]) {
        self.id = id
        self.fields = fields
    }

    /// The identifier and the fields.
    public init(reply value: RedisValue) throws(RedisError) {
        let halves = try RedisPair<String, [RedisField<Value>]?>(reply: value)
        self.init(id: halves.first, fields: halves.second ?? [])
    }

    /// The value of the first field of this name, or `nil`.
    public subscript(name: String) -> Value? {
        self.fields.first { $0.name == name }?.value
    }
}

extension RedisStreamEntry: Equatable where Value: Equatable {}
extension RedisStreamEntry: Hashable where Value: Hashable {}
