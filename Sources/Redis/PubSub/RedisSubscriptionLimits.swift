/// How much a subscription keeps for a reader that is slower than the messages come.
///
/// When one of the limits is passed the oldest messages are dropped, and a `.gap(.bufferFull)` stands in their place. The
/// newest message is always kept, so `bufferedBytesMax` can be exceeded by one message.
public struct RedisSubscriptionLimits: Sendable, Hashable {
    /// Events that may wait for the reader, at least 1.
    public var bufferedMessagesMax: Int
    /// Bytes of messages that may wait for the reader: payloads and names, and 64 bytes for each message.
    public var bufferedBytesMax: Int

    /// Limits; by default 4,096 messages and 8 MiB.
    public init(bufferedMessagesMax: Int = 4096, bufferedBytesMax: Int = 8 << 20) {
        self.bufferedMessagesMax = bufferedMessagesMax
        self.bufferedBytesMax = bufferedBytesMax
    }
}
