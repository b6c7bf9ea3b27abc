/// Why messages may have been missed.
public enum RedisSubscriptionGap: Sendable, Hashable {
    /// The connection was lost, or the server ended its side of the subscription; both stand again.
    ///
    /// Comes before the first message after the interruption, and, should the server have taken the subscription up
    /// again piece by piece, once more when all of it stands. So what is read from elsewhere after the last of these
    /// is not older than the messages that follow.
    case reconnected
    /// The reader was too slow: `dropped` messages, the oldest ones, had to give way to newer ones.
    case bufferFull(dropped: Int)
}
