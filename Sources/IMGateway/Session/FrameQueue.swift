import NIOCore

/// The frames of one connection that wait for room in its socket: at most `framesMax`.
///
/// When it is full the connection is
/// closed, for a frame that was accepted must never be left out; the client comes back and pulls.
struct FrameQueue {
    private let framesMax: Int
    private var frames = CircularBuffer<ByteBuffer>(initialCapacity: 0)
    /// The answer to the newest ping that could not be written.
    ///
    /// Older ones need no answer (RFC 6455, section 5.5.3), so that
    /// pings of a client that does not read cannot fill memory.
    private var pong: ByteBuffer?

    init(framesMax: Int) {
        self.framesMax = framesMax
    }

    var isEmpty: Bool { self.frames.isEmpty && self.pong == nil }

    /// Adds a frame; false when the queue is full.
    mutating func append(_ frame: ByteBuffer) -> Bool {
        guard self.frames.count < self.framesMax else { return false }
        self.frames.append(frame)
        return true
    }

    /// Adds the last frame of a connection, bound or not.
    mutating func appendLast(_ frame: ByteBuffer) {
        self.frames.append(frame)
    }

    /// Sets the answer to a ping; it overtakes the frames.
    mutating func setPong(_ frame: ByteBuffer) {
        self.pong = frame
    }

    /// The next frame to write.
    mutating func popFirst() -> ByteBuffer? {
        if let pong = self.pong {
            self.pong = nil
            return pong
        }
        return self.frames.popFirst()
    }

    /// Drops everything.
    mutating func removeAll() {
        self.frames.removeAll()
        self.pong = nil
    }
}
