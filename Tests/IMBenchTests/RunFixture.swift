@testable import IMBench

/// A small run that keeps every promise: two pairs, four messages in the first and two in the second.
struct RunFixture {
    let cast = Cast(prefix: "t", run: 0x12AB, users: 4, chatSize: 2)
    var history: [[StoredEntry]] = [[], []]
    var archive: [[StoredEntry]] = [[], []]
    var heads: [Int64] = [4, 2]
    var sent: [SentRecord] = []
    var sessions: [SessionRecord] = []
    var received: [ReceivedRecord] = []
    var probes = PullProbes()
    var stoppedAt: Int64 = 1_000_000

    init() {
        // Senders take turns, each message after the answer to the one before.
        let script: [(sender: Int, number: UInt32, seq: Int64)] = [
            (0, 1, 1), (1, 1, 2), (0, 2, 3), (1, 2, 4), (2, 1, 1), (3, 1, 2),
        ]
        for (place, step) in script.enumerated() {
            let chat = step.sender / 2
            let at = Int64(place + 1) * 100_000
            let entry = StoredEntry(
                seq: step.seq,
                sendID: self.cast.userID(step.sender),
                clientMsgID: self.tag(step.sender, step.number).text
            )
            self.history[chat].append(entry)
            self.archive[chat].append(entry)
            self.sent.append(
                SentRecord(
                    sender: UInt32(step.sender),
                    number: step.number,
                    sentAt: at,
                    answeredAt: at + 2_000,
                    code: 0,
                    tries: 1
                )
            )
            for receiver in self.cast.members(chat) {
                self.received.append(
                    ReceivedRecord(
                        receiver: UInt32(receiver),
                        session: 1,
                        sender: UInt32(step.sender),
                        number: step.number,
                        seq: step.seq,
                        receivedAt: at + 5_000
                    )
                )
            }
        }
        self.sessions = (0..<4).map { SessionRecord(client: $0, session: 1, begin: 10, end: 0) }
    }

    func tag(_ sender: Int, _ number: UInt32) -> MessageTag {
        MessageTag(run: self.cast.run, sender: UInt32(sender), number: number, due: 77)
    }

    func verdict() -> Verdict {
        var manifest = RunManifest(
            cast: self.cast,
            startedUnix: 1_700_000_000_000,
            startedAt: 0,
            stoppedAt: self.stoppedAt
        )
        manifest.probes = self.probes
        var verifier = Verifier(manifest)
        for chat in 0..<self.cast.chats {
            verifier.history(chat, head: self.heads[chat], self.history[chat])
            verifier.archive(chat, self.archive[chat])
        }
        for record in self.sent { verifier.sent(record) }
        for record in self.sessions { verifier.session(record) }
        for record in self.received { verifier.received(record) }
        return verifier.finish()
    }
}
