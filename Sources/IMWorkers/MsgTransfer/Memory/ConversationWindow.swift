import IMStorage

/// What the transfer knows of one conversation: its greatest seq, and its newest messages by identity.
///
/// A message that is not in the window and was created after the `horizon` is new for certain. One from before it may be
/// an old one sent again, which the history knows.
struct ConversationWindow: Sendable {
    struct Message: Sendable, Hashable {
        let seq: Int64
        /// As the client set it, in milliseconds.
        ///
        /// `Int64.min` when the history does not tell it: the true time is not above the horizon then.
        let createTime: Int64
        /// Where its record stands in `toMongo`; `pending` before that is known, `inHistory` when the history has it.
        var offset: Int64
    }

    /// The offset of a message whose record does not stand in the log yet.
    static let pending = Int64.max
    /// The offset of a message that came from the history.
    static let inHistory: Int64 = -1

    /// The greatest seq.
    private(set) var maxSeq: Int64
    /// The greatest creation time of all messages that are not in the window.
    private(set) var horizon: Int64
    private(set) var messages: [MessageIdentity: Message] = [:]
    /// The greatest offset of a message, in the window or dropped from it.
    private(set) var lastOffset = ConversationWindow.inHistory
    /// The batch that used the conversation last.
    var lastUse: UInt64 = 0
    /// Dropping is tried again at this count, so that its cost is spread over many messages.
    private var trimAt = 0

    init(maxSeq: Int64 = 0, horizon: Int64 = .min) {
        self.maxSeq = maxSeq
        self.horizon = horizon
    }

    /// The seq that the message has, if the window knows it.
    func seq(of identity: MessageIdentity) -> Int64? {
        self.messages[identity]?.seq
    }

    /// Whether a message that the window does not know is new for certain.
    func isNew(createTime: Int64) -> Bool {
        createTime > self.horizon
    }

    /// Gives a new message the next seq.
    mutating func assign(_ identity: MessageIdentity, createTime: Int64) -> Int64 {
        let seq = self.maxSeq + 1
        self.learn(identity, seq: seq, createTime: createTime, offset: Self.pending)
        return seq
    }

    /// Notes a message that has its seq.
    mutating func learn(_ identity: MessageIdentity, seq: Int64, createTime: Int64, offset: Int64) {
        self.maxSeq = max(self.maxSeq, seq)
        if offset != Self.pending { self.lastOffset = max(self.lastOffset, offset) }
        // What the log says of a message is more than what the history says.
        if let known = self.messages[identity], known.offset > offset { return }
        self.messages[identity] = Message(seq: seq, createTime: createTime, offset: offset)
    }

    /// Notes where the record of a message stands.
    mutating func stands(_ identity: MessageIdentity, at offset: Int64) {
        self.messages[identity]?.offset = offset
        self.lastOffset = max(self.lastOffset, offset)
    }

    /// Adds what another window of the conversation knows.
    mutating func merge(_ other: ConversationWindow) {
        for (identity, message) in other.messages {
            self.learn(identity, seq: message.seq, createTime: message.createTime, offset: message.offset)
        }
        self.maxSeq = max(self.maxSeq, other.maxSeq)
        self.horizon = max(self.horizon, other.horizon)
        self.lastOffset = max(self.lastOffset, other.lastOffset)
    }

    /// Whether the history has all of it, so that it can be read again.
    func isPassed(by next: Int64) -> Bool {
        self.lastOffset < next
    }

    /// Drops the oldest messages beyond `windowMax`, and raises the horizon to the newest one dropped.
    ///
    /// Only those stay beyond it that the history has not passed: a look-up there would not find them.
    ///
    /// - Parameters:
    ///   - windowMax: how many messages may stay.
    ///   - next: how far the history is.
    /// - Returns: how many were dropped.
    mutating func trim(to windowMax: Int, passedBy next: Int64) -> Int {
        guard self.messages.count > max(windowMax, self.trimAt) else { return 0 }
        let slack = windowMax / 4
        let passed = self.messages.filter { $0.value.offset < next }
            .sorted { ($0.value.createTime, $0.value.seq) < ($1.value.createTime, $1.value.seq) }
        let dropped = passed.prefix(self.messages.count - windowMax + slack)
        for (identity, message) in dropped {
            self.messages[identity] = nil
            self.horizon = max(self.horizon, message.createTime)
        }
        self.trimAt = self.messages.count + slack
        return dropped.count
    }
}
