/// What the verification knows of one client while it reads what the client was pushed.
struct ReceiverState: Sendable {
    /// The connection that the last message came on.
    private(set) var session: UInt32 = 0
    /// The greatest seq on that connection.
    private(set) var lastSeq: Int64 = 0
    private var seen: [UInt64] = []

    /// What a pushed seq was.
    enum Arrival: Equatable {
        case inOrder
        /// It came for the first time, after a greater one on the same connection.
        case outOfOrder
        case repeated
    }

    /// Notes a pushed seq, at least 1.
    mutating func receive(_ seq: Int64, session: UInt32) -> Arrival {
        if session != self.session {
            self.session = session
            self.lastSeq = 0
        }
        defer { self.lastSeq = max(self.lastSeq, seq) }
        let (word, bit) = (Int((seq - 1) >> 6), UInt64(1) << UInt64((seq - 1) & 63))
        if word >= self.seen.count {
            self.seen.append(contentsOf: repeatElement(0, count: word + 1 - self.seen.count))
        }
        guard self.seen[word] & bit == 0 else { return .repeated }
        self.seen[word] |= bit
        return seq < self.lastSeq ? .outOfOrder : .inOrder
    }

    /// Whether a seq, at least 1, has come.
    func has(_ seq: Int64) -> Bool {
        let word = Int((seq - 1) >> 6)
        return word < self.seen.count && self.seen[word] & UInt64(1) << UInt64((seq - 1) & 63) != 0
    }
}
