/// A name and its value: a field of a hash or of a stream's entry.
public struct RedisField<Value: RedisReply>: RedisReply {
    /// The name.
    public var name: String
    /// The value.
    public var value: Value

    /// A field.
    public init(name: String, value: Value) {
        self.name = name
        self.value = value
    }

    /// The two elements of an array.
    public init(reply value: RedisValue) throws(RedisError) {
        let halves = try RedisPair<String, Value>(reply: value)
        self.init(name: halves.first, value: halves.second)
    }

    /// The fields of an array in which names and values alternate, as the server sends them.
    public static func _array(reply value: RedisValue) throws(RedisError) -> [RedisField<Value>] {
        try RedisPair<String, Value>.alternating(value).map { RedisField(name: $0.first, value: $0.second) }
    }
}

extension RedisField: Equatable where Value: Equatable {}
extension RedisField: Hashable where Value: Hashable {}
