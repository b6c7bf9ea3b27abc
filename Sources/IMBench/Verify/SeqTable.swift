/// What one store holds of a run: for each chat which message has which seq, and for each message its seq.
///
/// Eight bytes for each seq and each message.
struct SeqTable: Sendable {
    /// Marks a seq that a message of another run or of no sender of the chat has.
    static let foreign = UInt64.max

    private let cast: Cast
    /// For each chat the message of each seq, packed; 0: none.
    private var messages: [[UInt64]]
    /// For each sender the seq of each number; 0: none.
    private var seqs: [[Int64]]
    /// Messages of this run.
    private(set) var stored = 0
    /// One message under two seqs (P2).
    private(set) var doubled = Findings()
    /// One seq with two messages (P3).
    private(set) var usedTwice = Findings()

    init(_ cast: Cast) {
        self.cast = cast
        self.messages = Array(repeating: [], count: cast.chats)
        self.seqs = Array(repeating: [], count: cast.users)
    }

    /// A message in one word.
    static func pack(sender: UInt32, number: UInt32) -> UInt64 {
        UInt64(sender) << 32 | UInt64(number)
    }

    /// Adds what the store holds of a chat.
    mutating func add(_ chat: Int, _ entries: [StoredEntry]) {
        for entry in entries where entry.seq > 0 && entry.seq <= 1 << 32 { self.add(chat, entry) }
    }

    private mutating func add(_ chat: Int, _ entry: StoredEntry) {
        let index = Int(entry.seq) - 1
        if index >= self.messages[chat].count {
            let missing = index + 1 - self.messages[chat].count
            self.messages[chat].append(contentsOf: repeatElement(0, count: missing))
        }
        let message = self.identity(chat, entry)
        if self.messages[chat][index] != 0 {
            self.usedTwice.add("\(self.cast.conversationID(chat)) seq \(entry.seq): two messages")
        }
        self.messages[chat][index] = message
        guard message != Self.foreign else { return }
        let (sender, number) = (Int(message >> 32), Int(message & 0xFFFF_FFFF))
        if number > self.seqs[sender].count {
            self.seqs[sender].append(contentsOf: repeatElement(0, count: number - self.seqs[sender].count))
        }
        let known = self.seqs[sender][number - 1]
        if known == 0 {
            self.stored += 1
            self.seqs[sender][number - 1] = entry.seq
        } else if known != entry.seq {
            self.doubled.add("\(entry.clientMsgID) has seqs \(known) and \(entry.seq)")
        }
    }

    private func identity(_ chat: Int, _ entry: StoredEntry) -> UInt64 {
        guard let tag = MessageTag(entry.clientMsgID), tag.run == self.cast.run, tag.number > 0,
            tag.number < 1 << 28, self.cast.members(chat).contains(Int(tag.sender)),
            entry.sendID == self.cast.userID(Int(tag.sender))
        else { return Self.foreign }
        return Self.pack(sender: tag.sender, number: tag.number)
    }

    /// The greatest seq of a chat; 0 of nothing.
    func maxSeq(_ chat: Int) -> Int64 { Int64(self.messages[chat].count) }

    /// The message under a seq, packed; 0: none.
    func message(_ chat: Int, _ seq: Int64) -> UInt64 {
        let row = self.messages[chat]
        guard seq > 0, seq <= Int64(row.count) else { return 0 }
        return row[Int(seq) - 1]
    }

    /// The seq of a message; 0: not stored.
    func seq(sender: UInt32, number: UInt32) -> Int64 {
        guard Int(sender) < self.seqs.count else { return 0 }
        let row = self.seqs[Int(sender)]
        guard number > 0, Int(number) <= row.count else { return 0 }
        return row[Int(number) - 1]
    }
}
