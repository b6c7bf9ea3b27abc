import NIOCore

extension ByteBuffer {
    /// The same bytes in memory of their own, and no more of it than they need.
    func withOwnBytes() -> ByteBuffer {
        var copy = ByteBufferAllocator().buffer(capacity: self.readableBytes)
        copy.writeImmutableBuffer(self)
        return copy
    }
}

extension JoinGroupAPI.Request {
    /// The same request, without the frame that it came in.
    func withOwnBytes() -> Self {
        var copy = self
        for index in copy.protocols.indices {
            copy.protocols[index].metadata = copy.protocols[index].metadata.withOwnBytes()
        }
        return copy
    }
}

extension SyncGroupAPI.Request {
    /// The same request, without the frame that it came in.
    func withOwnBytes() -> Self {
        var copy = self
        for index in copy.assignments.indices {
            copy.assignments[index].assignment = copy.assignments[index].assignment.withOwnBytes()
        }
        return copy
    }
}
