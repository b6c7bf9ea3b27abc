/// Bytes on their way to the socket.
struct Outbox {
    private var bytes: [UInt8] = []
    private var offset = 0
    /// Bytes that the socket has taken since the outbox was made.
    private(set) var bytesSent = 0

    /// Bytes that the socket has not taken yet.
    var count: Int { self.bytes.count - self.offset }

    var isEmpty: Bool { self.count == 0 }

    mutating func append(_ more: [UInt8]) {
        self.bytes.append(contentsOf: more)
    }

    /// Offers all bytes to `send`, which returns how many it took.
    mutating func drain<E: Error>(_ send: (UnsafeRawBufferPointer) throws(E) -> Int) throws(E) {
        let offset = self.offset
        var result = Result<Int, E>.success(0)
        self.bytes.withUnsafeBytes { buffer in
            do throws(E) {
                result = .success(try send(UnsafeRawBufferPointer(rebasing: buffer[offset...])))
            } catch {
                result = .failure(error)
            }
        }
        let taken = try result.get()
        self.offset += taken
        self.bytesSent += taken
        // The room is kept for the next turn, unless one large command made it large.
        if self.isEmpty {
            self.bytes.removeAll(keepingCapacity: self.bytes.capacity <= 1 << 20)
            self.offset = 0
        } else if self.offset > 1 << 20 {
            self.bytes.removeFirst(self.offset)
            self.offset = 0
        }
    }
}
