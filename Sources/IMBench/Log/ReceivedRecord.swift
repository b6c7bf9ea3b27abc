/// A message that a client was pushed.
struct ReceivedRecord: LogRecord, Equatable {
    /// The index of the client that got it.
    var receiver: UInt32
    /// Which of the client's connections it came on, from 1 on.
    var session: UInt32
    /// The sender's index.
    var sender: UInt32
    /// The message's number among the sender's.
    var number: UInt32
    var seq: Int64
    /// When it came, `MonotonicTime`.
    var receivedAt: Int64
}

extension ReceivedRecord {
    static let size = 32
    static let fileName = "received"

    init(_ bytes: UnsafeRawBufferPointer) {
        self.receiver = bytes.integer(0)
        self.session = bytes.integer(4)
        self.sender = bytes.integer(8)
        self.number = bytes.integer(12)
        self.seq = bytes.integer(16)
        self.receivedAt = bytes.integer(24)
    }

    func write(to bytes: UnsafeMutableRawBufferPointer) {
        bytes.put(self.receiver, at: 0)
        bytes.put(self.session, at: 4)
        bytes.put(self.sender, at: 8)
        bytes.put(self.number, at: 12)
        bytes.put(self.seq, at: 16)
        bytes.put(self.receivedAt, at: 24)
    }
}
