/// The messages of some channels and patterns, in the order in which the server sent them.
///
/// It lasts until the first of: `cancel()`; the loop over it is left, or its last reference goes; the server refuses it
/// after a reconnection, or the client is closed, which is thrown once, after the events that had come before. A
/// lost connection does not end it: the client subscribes again and a `.gap(.reconnected)` tells that messages may be
/// missing. Redis keeps no messages, so those that were published meanwhile are lost.
///
/// A slow reader loses its own oldest messages (`RedisSubscriptionLimits`), and is told so by a `.gap(.bufferFull)`; it
/// holds up neither the connection nor other readers. One task at a time may wait for the next event.
public final class RedisSubscription: AsyncSequence, Sendable {
    /// What the sequence consists of.
    public typealias Element = RedisSubscriptionEvent
    /// What the sequence throws.
    public typealias Failure = RedisError

    /// The channels that were subscribed to by name.
    public let channels: [String]
    /// The patterns that were subscribed to.
    public let patterns: [String]
    private let reader: SubscriptionReader
    private let hub: SubscriptionHub

    init(channels: [String], patterns: [String], reader: SubscriptionReader, hub: SubscriptionHub) {
        self.channels = channels
        self.patterns = patterns
        self.reader = reader
        self.hub = hub
    }

    deinit {
        self.cancel()
    }

    /// Messages dropped so far because the reader was too slow.
    public var droppedCount: Int { self.reader.droppedCount }

    /// Waits for the next event; `nil` once the subscription has been cancelled.
    ///
    /// - Returns: the event; `nil` after `cancel()` and after an error.
    /// - Throws: `.cancelled` when the waiting task is cancelled, upon which no event is lost and the subscription goes
    ///   on; `.closed` when the client is closed; `.server` or `.handshakeRefused` when the server refuses to take the
    ///   subscription up again; `.invalidArgument` when another task waits already.
    public func next() async throws(RedisError) -> RedisSubscriptionEvent? {
        try await self.reader.next()
    }

    /// Unsubscribes, forgets the events that wait, and ends the sequence; returns at once and may be called repeatedly.
    public func cancel() {
        self.hub.leave(self.reader)
        self.reader.end(nil)
    }

    /// Begins the iteration; when the iterator goes, the subscription is cancelled, so iterate once.
    public func makeAsyncIterator() -> Iterator {
        Iterator(subscription: self)
    }
}
