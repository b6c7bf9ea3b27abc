/// Two values that belong together in a reply.
struct RedisPair<First: RedisReply, Second: RedisReply> {
    let first: First
    let second: Second

    /// The two elements of an array.
    init(reply value: RedisValue) throws(RedisError) {
        guard case .array(let values) = value, values.count == 2 else { throw value.mismatch("array of 2") }
        try self.init(ReplyElements(values: values), 0)
    }

    /// The elements at `index` and behind it.
    private init(_ elements: ReplyElements, _ index: Int) throws(RedisError) {
        self.first = try elements.decode(index)
        self.second = try elements.decode(index + 1)
    }

    /// The pairs of an array in which first and second halves alternate.
    static func alternating(_ value: RedisValue) throws(RedisError) -> [RedisPair] {
        guard case .array(let values) = value, values.count.isMultiple(of: 2) else {
            throw value.mismatch("array of pairs")
        }
        var pairs: [RedisPair] = []
        pairs.reserveCapacity(values.count / 2)
        let elements = ReplyElements(values: values)
        for index in stride(from: 0, to: values.count, by: 2) { pairs.append(try Self(elements, index)) }
        return pairs
    }
}
