/// What became of one message; written when nothing more is to be expected of it.
///
/// Times are `MonotonicTime`.
struct SentRecord: LogRecord, Equatable {
    /// The sender's index.
    var sender: UInt32
    /// The message's number among the sender's.
    var number: UInt32
    /// When it was sent for the first time.
    var sentAt: Int64
    /// When the answer came; 0: none came.
    var answeredAt: Int64
    /// The answer's error code; 0: accepted, or not answered.
    var code: Int32
    /// How often it was sent.
    var tries: UInt32

    /// Whether the sender was told that it was taken.
    var isAccepted: Bool { self.answeredAt > 0 && self.code == 0 }
}

extension SentRecord {
    static let size = 32
    static let fileName = "sent"

    init(_ bytes: UnsafeRawBufferPointer) {
        self.sender = bytes.integer(0)
        self.number = bytes.integer(4)
        self.sentAt = bytes.integer(8)
        self.answeredAt = bytes.integer(16)
        self.code = bytes.integer(24)
        self.tries = bytes.integer(28)
    }

    func write(to bytes: UnsafeMutableRawBufferPointer) {
        bytes.put(self.sender, at: 0)
        bytes.put(self.number, at: 4)
        bytes.put(self.sentAt, at: 8)
        bytes.put(self.answeredAt, at: 16)
        bytes.put(self.code, at: 24)
        bytes.put(self.tries, at: 28)
    }
}
