/// An element that was taken off one of several lists.
public struct RedisPopped<Element: RedisReply>: RedisReply {
    /// The key of the list.
    public var key: String
    /// The element.
    public var element: Element

    /// An element of the list `key`.
    public init(key: String, element: Element) {
        self.key = key
        self.element = element
    }

    /// The two elements of an array.
    public init(reply value: RedisValue) throws(RedisError) {
        let halves = try RedisPair<String, Element>(reply: value)
        self.init(key: halves.first, element: halves.second)
    }
}

extension RedisPopped: Equatable where Element: Equatable {}
extension RedisPopped: Hashable where Element: Hashable {}
