/// The server's clock.
public struct RedisTime: RedisReply, Hashable {
    /// Unix time in whole seconds.
    public var seconds: Int64
    /// The part of the second that has passed, 0...999,999.
    public var microseconds: Int64

    /// A time.
    public init(seconds: Int64, microseconds: Int64) {
        self.seconds = seconds
        self.microseconds = microseconds
    }

    /// The reply of `TIME`: seconds and microseconds, as strings.
    public init(reply value: RedisValue) throws(RedisError) {
        let parts = try value.elements(count: 2)
        self.init(seconds: try parts.decode(0), microseconds: try parts.decode(1))
    }
}
