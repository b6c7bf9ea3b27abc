extension FaultProxy {
    /// A way in which the network misbehaves.
    ///
    /// Faults last until `heal()`, except those that say that they happen at once.
    public enum Fault: Sendable, Hashable {
        /// Accepts bytes, at most 1 MiB for each connection and direction, and delivers none.
        case stall(Direction = .both)
        /// Delivers each byte this much later, in order.
        case delay(Duration, Direction = .both)
        /// Delivers at most so many bytes a second on each connection, in portions of about 5 ms.
        case throttle(bytesPerSecond: Int, Direction = .both)
        /// Delivers in pieces of this size, 1 ms apart so that they arrive as pieces.
        case chop(bytes: Int, Direction = .both)
        /// Flips one bit in each byte with this probability, repeatable through the seed.
        case corrupt(probability: Double, seed: UInt64 = 1, Direction = .both)
        /// Ends both sides of a connection behind so many more delivered bytes of one direction.
        ///
        /// Once: the bytes of all connections count together and one connection is cut. For all: the bytes of each
        /// connection count alone and each is cut, new ones too. Both sides see an orderly end. Replaces another cut.
        case cut(afterBytes: Int, of: Direction, repeats: Bool = false)
        /// At once: ends one direction of all open connections; the other one goes on.
        ///
        /// `.replies` is the direction to the client, who sees the end of the stream.
        case halfClose(Direction)
        /// At once: resets all open connections, on both sides.
        case reset
        /// Resets new connections as soon as they are accepted.
        case refuse
        /// Leaves new connections in the backlog: they are established and nothing ever answers.
        case leaveUnaccepted
    }
}
