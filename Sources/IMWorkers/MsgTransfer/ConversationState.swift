import IMStorage

/// What the transfer knows of one conversation: its greatest seq, and the newest messages by identity.
struct ConversationState: Sendable {
    /// Identities that are kept; the oldest go first.
    ///
    /// A message that is sent again later than that gets a new seq: the look-up in the history that closes this gap
    /// follows with the pipeline's claims.
    static let windowMax = 1000

    private(set) var maxSeq: Int64
    private var seqs: [MessageIdentity: Int64] = [:]
    private var order: [MessageIdentity] = []

    init(maxSeq: Int64) {
        self.maxSeq = maxSeq
    }

    /// The seq that the message has already, if it is known.
    func seq(of identity: MessageIdentity) -> Int64? {
        self.seqs[identity]
    }

    /// Notes a message that has its seq.
    mutating func learn(_ identity: MessageIdentity, seq: Int64) {
        self.maxSeq = max(self.maxSeq, seq)
        guard self.seqs.updateValue(seq, forKey: identity) == nil else { return }
        self.order.append(identity)
        guard self.order.count > 2 * Self.windowMax else { return }
        for old in self.order.prefix(Self.windowMax) { self.seqs[old] = nil }
        self.order.removeFirst(Self.windowMax)
    }

    /// Adds what another state knows.
    mutating func merge(_ other: ConversationState) {
        for identity in other.order {
            if let seq = other.seqs[identity] { self.learn(identity, seq: seq) }
        }
        self.maxSeq = max(self.maxSeq, other.maxSeq)
    }

    /// How many identities are kept.
    var count: Int {
        self.order.count
    }

    /// Gives a new message the next seq.
    mutating func assign(_ identity: MessageIdentity) -> Int64 {
        let seq = self.maxSeq + 1
        self.learn(identity, seq: seq)
        return seq
    }
}
