/// Compares what a run's log says with what the stores hold.
///
/// Pure: fed in the order of its methods, first the stores, then the log.
struct Verifier {
    private struct Accepted {
        let seq: Int64
        let number: UInt32
        let sentAt: Int64
        let answeredAt: Int64
    }

    private let manifest: RunManifest
    private var cast: Cast { self.manifest.cast }
    private var history: SeqTable
    private var archive: SeqTable
    private var verdict = Verdict()
    private var accepted: [[Accepted]]
    private var receivers: [ReceiverState]
    /// When the connection of each client began that lasted to the end; `Int64.max`: none did.
    private var lastSessions: [Int64]
    private var answers: Timeline
    private var deliveries: Timeline

    init(_ manifest: RunManifest) {
        self.manifest = manifest
        let cast = manifest.cast
        self.history = SeqTable(cast)
        self.archive = SeqTable(cast)
        self.accepted = Array(repeating: [], count: cast.users)
        self.receivers = Array(repeating: ReceiverState(), count: cast.users)
        self.lastSessions = Array(repeating: .max, count: cast.users)
        self.answers = Timeline(start: manifest.startedAt)
        self.deliveries = Timeline(start: manifest.startedAt)
    }

    // MARK: - The stores

    /// What MongoDB holds of a chat.
    mutating func history(_ chat: Int, head: Int64, _ entries: [StoredEntry]) {
        let cast = self.cast
        self.history.add(chat, entries)
        let greatest = self.history.maxSeq(chat)
        if head < greatest {
            self.verdict.headsBehind.add("\(cast.conversationID(chat)): head \(head), stored \(greatest)")
        }
        Self.holes(self.history, chat, upTo: max(head, greatest), cast, &self.verdict.history.holes)
    }

    /// What Postgres holds of a chat.
    mutating func archive(_ chat: Int, _ entries: [StoredEntry]) {
        self.archive.add(chat, entries)
        Self.holes(self.archive, chat, upTo: self.archive.maxSeq(chat), self.cast, &self.verdict.archive.holes)
    }

    private static func holes(
        _ table: SeqTable,
        _ chat: Int,
        upTo last: Int64,
        _ cast: Cast,
        _ findings: inout Findings
    ) {
        guard last > 0 else { return }
        for seq in 1...last where table.message(chat, seq) == 0 {
            findings.add("\(cast.conversationID(chat)) seq \(seq) of \(last)")
        }
    }

    // MARK: - The log

    /// A message that was sent.
    mutating func sent(_ record: SentRecord) {
        guard Int(record.sender) < self.cast.users else { return }
        self.verdict.sent += 1
        guard record.answeredAt > 0 else {
            self.verdict.unanswered += 1
            return
        }
        guard record.isAccepted else {
            self.verdict.rejected += 1
            return
        }
        self.verdict.accepted += 1
        self.answers.mark(record.answeredAt)
        let name = "\(self.cast.userID(Int(record.sender))) number \(record.number)"
        let seq = self.history.seq(sender: record.sender, number: record.number)
        if seq == 0 { self.verdict.history.missing.add(name) }
        if self.archive.seq(sender: record.sender, number: record.number) == 0 {
            self.verdict.archive.missing.add(name)
        }
        self.accepted[Int(record.sender)].append(
            Accepted(seq: seq, number: record.number, sentAt: record.sentAt, answeredAt: record.answeredAt)
        )
    }

    /// A connection of a client.
    mutating func session(_ record: SessionRecord) {
        guard record.end == 0, Int(record.client) < self.cast.users else { return }
        self.lastSessions[Int(record.client)] = record.begin
    }

    /// A message that a client was pushed; those of one client in the order in which they came.
    mutating func received(_ record: ReceivedRecord) {
        let cast = self.cast
        guard Int(record.receiver) < cast.users, record.seq > 0, record.seq <= 1 << 32 else { return }
        self.deliveries.mark(record.receivedAt)
        let chat = Int(record.receiver) / cast.chatSize
        let message = SeqTable.pack(sender: record.sender, number: record.number)
        let found = self.history.message(chat, record.seq)
        if found != message {
            self.verdict.receivers.wrongSeq.add(
                "\(cast.conversationID(chat)) seq \(record.seq): pushed number \(record.number) of "
                    + "\(cast.userID(Int(record.sender))), the history has \(found == 0 ? "nothing" : "another")"
            )
        }
        switch self.receivers[Int(record.receiver)].receive(record.seq, session: record.session) {
        case .inOrder: self.verdict.receivers.received += 1
        case .repeated: self.verdict.receivers.repeated += 1
        case .outOfOrder:
            self.verdict.receivers.received += 1
            self.verdict.receivers.outOfOrder.add(
                "\(cast.userID(Int(record.receiver))) got seq \(record.seq) after a greater one"
            )
        }
    }

    // MARK: - The end

    /// The verdict; pulls and lag are the caller's to add.
    consuming func finish() -> Verdict {
        self.verdict.history.stored = self.history.stored
        self.verdict.history.doubled = self.history.doubled
        self.verdict.history.usedTwice = self.history.usedTwice
        self.verdict.archive.stored = self.archive.stored
        self.verdict.archive.doubled = self.archive.doubled
        self.verdict.archive.usedTwice = self.archive.usedTwice
        for chat in 0..<self.cast.chats { self.compareStores(chat) }
        for sender in 0..<self.cast.users { self.checkOrder(sender) }
        for receiver in 0..<self.cast.users { self.checkDelivery(receiver) }
        self.findStalls()
        self.verdict.pulls = self.manifest.probes
        return self.verdict
    }

    private mutating func compareStores(_ chat: Int) {
        let cast = self.cast
        let last = max(self.history.maxSeq(chat), self.archive.maxSeq(chat))
        guard last > 0 else { return }
        for seq in 1...last where self.history.message(chat, seq) != self.archive.message(chat, seq) {
            self.verdict.differing.add("\(cast.conversationID(chat)) seq \(seq)")
        }
    }

    /// P4: a message that was sent after another one's answer has the greater seq.
    private mutating func checkOrder(_ sender: Int) {
        let cast = self.cast
        var lastSent: (at: Int64, number: UInt32) = (0, 0)
        for message in self.accepted[sender].sorted(by: { $0.seq < $1.seq }) where message.seq > 0 {
            if lastSent.at >= message.answeredAt {
                self.verdict.outOfOrder.add(
                    "\(cast.userID(sender)): number \(lastSent.number) was sent after the answer to "
                        + "\(message.number) and has a lower seq"
                )
            }
            if message.sentAt > lastSent.at { lastSent = (message.sentAt, message.number) }
        }
    }

    private mutating func checkDelivery(_ receiver: Int) {
        let cast = self.cast
        let begin = self.lastSessions[receiver]
        guard begin < .max else { return }
        let state = self.receivers[receiver]
        for sender in cast.members(receiver / cast.chatSize) {
            for message in self.accepted[sender] where message.sentAt >= begin && message.seq > 0 {
                guard !state.has(message.seq) else { continue }
                self.verdict.receivers.lost.add(
                    "\(cast.userID(receiver)) was connected and never got seq \(message.seq)"
                )
            }
        }
    }

    private mutating func findStalls() {
        let end = self.manifest.stoppedAt
        guard end > self.manifest.startedAt else { return }
        self.verdict.longestStallAccepted = self.answers.longestGap(until: end)
        self.verdict.longestStallDelivered = self.deliveries.longestGap(until: end)
        for (what, timeline) in [("accepted", self.answers), ("delivered", self.deliveries)] {
            for gap in timeline.gaps(atLeast: 1, until: end) {
                let begin = self.manifest.startedUnix + (gap.begin - self.manifest.startedAt) / 1000
                self.verdict.stalls.append(Verdict.Stall(what: what, begin: begin, seconds: gap.seconds))
            }
        }
    }
}
