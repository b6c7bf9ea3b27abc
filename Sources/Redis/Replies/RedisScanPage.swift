/// A part of the elements that a `SCAN` goes through.
public struct RedisScanPage<Element: RedisReply>: RedisReply {
    /// The cursor of the next page; 0 when this was the last.
    public var next: UInt64
    /// The elements, perhaps none although more pages follow, perhaps some of an earlier page again.
    public var elements: [Element]

    /// Whether no page follows.
    public var isLast: Bool { self.next == 0 }

    /// A page.
    public init(next: UInt64, elements: [Element]) {
        self.next = next
        self.elements = elements
    }

    /// The cursor and the elements.
    public init(reply value: RedisValue) throws(RedisError) {
        let halves = try RedisPair<UInt64, [Element]>(reply: value)
        self.init(next: halves.first, elements: halves.second)
    }
}

extension RedisScanPage: Equatable where Element: Equatable {}
extension RedisScanPage: Hashable where Element: Hashable {}
