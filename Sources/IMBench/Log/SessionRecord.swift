/// A connection of a client, from admission to its end.
struct SessionRecord: LogRecord, Equatable {
    /// The client's index.
    var client: UInt32
    /// Which of the client's connections it was, from 1 on.
    var session: UInt32
    /// When it was admitted, `MonotonicTime`.
    var begin: Int64
    /// When it ended; 0: it lasted as long as the run.
    var end: Int64
}

extension SessionRecord {
    static let size = 24
    static let fileName = "sessions"

    init(_ bytes: UnsafeRawBufferPointer) {
        self.client = bytes.integer(0)
        self.session = bytes.integer(4)
        self.begin = bytes.integer(8)
        self.end = bytes.integer(16)
    }

    func write(to bytes: UnsafeMutableRawBufferPointer) {
        bytes.put(self.client, at: 0)
        bytes.put(self.session, at: 4)
        bytes.put(self.begin, at: 8)
        bytes.put(self.end, at: 16)
    }
}
