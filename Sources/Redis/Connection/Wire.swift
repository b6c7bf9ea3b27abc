/// Bytes on their way to the socket, of calls that can no longer be withdrawn.
struct Wire {
    /// The bytes; those before `offset` are sent.
    var bytes: [UInt8] = []
    private(set) var offset = 0
    /// Bytes that the socket has taken over the life of the connection.
    private(set) var bytesSent = 0

    /// Bytes that the socket has not taken yet.
    var unsent: ArraySlice<UInt8> { self.bytes[self.offset...] }

    var isEmpty: Bool { self.offset == self.bytes.count }

    /// Notes that the socket has taken `count` more bytes.
    mutating func advance(_ count: Int) {
        self.offset += count
        self.bytesSent += count
        guard self.isEmpty else { return }
        // The room is kept for the next turn, unless one large command made it large.
        self.bytes.removeAll(keepingCapacity: self.bytes.capacity <= 1 << 20)
        self.offset = 0
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
        self.advance(try result.get())
    }
}
