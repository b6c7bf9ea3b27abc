import CPq

/// A COPY TO STDOUT on a connection, between the socket and its consumer.
final class CopyOutState {
    /// Bytes that are kept for a consumer that is busy; then the socket is not read.
    private static let bytesMax = 256 << 10

    private var chunk = CopyChunk()
    /// The server has begun to send.
    var hasBegun = false
    var isFinished = false
    var isDropping = false
    var isCancelRequested = false
    var failure: PostgresError?
    /// The failure has been handed over.
    private(set) var isSpent = false
    var waiting: PGCall?

    init(waiting: PGCall) {
        self.waiting = waiting
    }

    /// Whether it is better to wait for what can be read at once.
    var isSmall: Bool { self.chunk.bytes.count < Self.bytesMax / 4 }
    var isFull: Bool { self.chunk.bytes.count >= Self.bytesMax }
    var hasNews: Bool { !self.chunk.ends.isEmpty || self.isFinished }

    /// Takes one message of the server.
    func append(_ bytes: UnsafeRawBufferPointer) {
        guard !self.isDropping else { return }
        if self.chunk.bytes.isEmpty { self.chunk.bytes.reserveCapacity(Self.bytesMax / 4 + bytes.count) }
        self.chunk.bytes.append(contentsOf: bytes)
        self.chunk.ends.append(self.chunk.bytes.count)
    }

    /// Takes what is there; the error, if any, comes behind the data.
    func take() -> Result<CopyChunk, PostgresError> {
        if let failure, self.chunk.ends.isEmpty {
            self.isSpent = true
            return .failure(failure)
        }
        defer { self.chunk = CopyChunk() }
        self.chunk.isLast = self.isFinished && self.failure == nil
        return .success(self.chunk)
    }

    func drop() {
        self.isDropping = true
        self.chunk = CopyChunk()
    }
}
