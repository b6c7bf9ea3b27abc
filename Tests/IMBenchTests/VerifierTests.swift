import Testing

@testable import IMBench

/// Each promise is broken on purpose in the log or stores of a run that keeps them all.
@Suite struct VerifierTests {
    @Test func `a run that keeps every promise passes`() {
        let verdict = RunFixture().verdict()
        #expect(verdict.broken.isEmpty)
        #expect(verdict.sent == 6)
        #expect(verdict.accepted == 6)
        #expect(verdict.history.stored == 6)
        #expect(verdict.archive.stored == 6)
        #expect(verdict.receivers.received == 12)
    }

    @Test func `P1: an accepted message that is not in MongoDB is missing`() {
        var run = RunFixture()
        // The newest, so that no hole tells of it.
        run.history[0].removeLast()
        run.archive[0].removeLast()
        run.received.removeAll { $0.receiver < 2 && $0.seq == 4 }
        run.heads[0] = 3
        let verdict = run.verdict()
        #expect(verdict.history.missing.count == 1)
        #expect(verdict.archive.missing.count == 1)
        #expect(verdict.broken == ["P1": 2])
    }

    @Test func `P1: an accepted message that is not in Postgres is missing`() {
        var run = RunFixture()
        run.archive[0].removeLast()
        let verdict = run.verdict()
        #expect(verdict.history.missing.count == 0)
        #expect(verdict.archive.missing.count == 1)
        #expect(verdict.broken["P1"] == 1)
    }

    @Test func `P1: an unanswered or rejected message may be missing`() {
        var run = RunFixture()
        run.history[0].removeLast()
        run.archive[0].removeLast()
        run.received.removeAll { $0.receiver < 2 && $0.seq == 4 }
        run.heads[0] = 3
        run.sent[3].answeredAt = 0
        #expect(run.verdict().broken.isEmpty)
        #expect(run.verdict().unanswered == 1)
        run.sent[3].answeredAt = 900
        run.sent[3].code = 500
        #expect(run.verdict().broken.isEmpty)
        #expect(run.verdict().rejected == 1)
    }

    @Test func `P2: one message under two seqs is doubled`() {
        var run = RunFixture()
        let again = StoredEntry(seq: 5, sendID: run.history[0][1].sendID, clientMsgID: run.history[0][1].clientMsgID)
        run.history[0].append(again)
        run.archive[0].append(again)
        run.heads[0] = 5
        let verdict = run.verdict()
        #expect(verdict.history.doubled.count == 1)
        #expect(verdict.archive.doubled.count == 1)
        #expect(verdict.broken == ["P2": 2])
    }

    @Test func `P3: a seq without a message is a hole`() {
        var run = RunFixture()
        run.history[0][3].seq = 5
        run.archive[0][3].seq = 5
        run.heads[0] = 5
        for index in run.received.indices where run.received[index].receiver < 2 && run.received[index].seq == 4 {
            run.received[index].seq = 5
        }
        let verdict = run.verdict()
        #expect(verdict.history.holes.count == 1)
        #expect(verdict.archive.holes.count == 1)
        #expect(verdict.broken == ["P3": 2])
    }

    @Test func `P3: a head above the stored seqs shows a hole`() {
        var run = RunFixture()
        run.heads[1] = 3
        #expect(run.verdict().history.holes.count == 1)
        #expect(run.verdict().broken == ["P3": 1])
    }

    @Test func `P3: a head below the stored seqs is found`() {
        var run = RunFixture()
        run.heads[1] = 1
        #expect(run.verdict().headsBehind.count == 1)
        #expect(run.verdict().broken == ["P3": 1])
    }

    @Test func `P3: a seq with two messages is used twice`() {
        var run = RunFixture()
        run.archive[1].append(
            StoredEntry(seq: 1, sendID: run.cast.userID(2), clientMsgID: run.tag(2, 2).text)
        )
        let verdict = run.verdict()
        #expect(verdict.archive.usedTwice.count == 1)
        #expect(verdict.broken["P3"] ?? 0 >= 1)
    }

    @Test func `P3: history and archive that differ are found`() {
        var run = RunFixture()
        let (first, second) = (run.archive[1][0], run.archive[1][1])
        run.archive[1][0].clientMsgID = second.clientMsgID
        run.archive[1][0].sendID = second.sendID
        run.archive[1][1].clientMsgID = first.clientMsgID
        run.archive[1][1].sendID = first.sendID
        #expect(run.verdict().differing.count == 2)
        #expect(run.verdict().broken == ["P3": 2])
    }

    @Test func `P3: a message pushed under another seq than the stored one is found`() {
        var run = RunFixture()
        let index = run.received.firstIndex { $0.receiver == 3 && $0.seq == 1 } ?? 0
        run.received[index].number = 9
        #expect(run.verdict().receivers.wrongSeq.count == 1)
        #expect(run.verdict().broken == ["P3": 1])
    }

    @Test func `P4: a message sent after the answer to another one has the greater seq`() {
        var run = RunFixture()
        // Sender 0 sent number 2 (seq 3) after the answer to number 1 (seq 1); now they have changed places.
        for store in [\RunFixture.history, \RunFixture.archive] {
            let first = run[keyPath: store][0][0].clientMsgID
            run[keyPath: store][0][0].clientMsgID = run[keyPath: store][0][2].clientMsgID
            run[keyPath: store][0][2].clientMsgID = first
        }
        for index in run.received.indices where run.received[index].receiver < 2 && run.received[index].sender == 0 {
            run.received[index].number = run.received[index].number == 1 ? 2 : 1
        }
        let verdict = run.verdict()
        #expect(verdict.outOfOrder.count == 1)
        #expect(verdict.broken == ["P4": 1])
    }

    @Test func `P4: messages under way at the same time may change places`() {
        var run = RunFixture()
        for store in [\RunFixture.history, \RunFixture.archive] {
            let first = run[keyPath: store][0][0].clientMsgID
            run[keyPath: store][0][0].clientMsgID = run[keyPath: store][0][2].clientMsgID
            run[keyPath: store][0][2].clientMsgID = first
        }
        for index in run.received.indices where run.received[index].receiver < 2 && run.received[index].sender == 0 {
            run.received[index].number = run.received[index].number == 1 ? 2 : 1
        }
        let first = run.sent.firstIndex { $0.sender == 0 && $0.number == 1 } ?? 0
        run.sent[first].answeredAt = 900_000
        #expect(run.verdict().broken.isEmpty)
    }

    @Test func `P4: a push that comes after a later one is out of order`() {
        var run = RunFixture()
        let places = run.received.indices.filter { run.received[$0].receiver == 1 }
        run.received.swapAt(places[1], places[2])
        let verdict = run.verdict()
        #expect(verdict.receivers.outOfOrder.count == 1)
        #expect(verdict.broken == ["P4": 1])
    }

    @Test func `a push that comes twice breaks nothing`() {
        var run = RunFixture()
        run.received += run.received.filter { $0.receiver == 1 }
        let verdict = run.verdict()
        #expect(verdict.receivers.repeated == 4)
        #expect(verdict.broken.isEmpty)
    }

    @Test func `P5: a short pull while the load ran is found`() {
        var run = RunFixture()
        run.probes.add("c", wanted: 1...4, found: [1, 2, 3, 4])
        #expect(run.verdict().broken.isEmpty)
        run.probes.add("c", wanted: 1...4, found: [1, 2, 4])
        let verdict = run.verdict()
        #expect(verdict.broken == ["P5": 1])
        #expect(verdict.pulls.examples == ["c: asked for 1 to 4, 3 was missing"])
    }

    @Test func `a push that never came to a connected receiver is lost`() {
        var run = RunFixture()
        run.received.removeAll { $0.receiver == 3 && $0.seq == 2 }
        #expect(run.verdict().receivers.lost.count == 1)
        #expect(run.verdict().broken == ["push": 1])
    }

    @Test func `a push that came to nobody because the receiver was away is not lost`() {
        var run = RunFixture()
        run.received.removeAll { $0.receiver == 3 && $0.seq == 2 }
        let session = run.sessions.firstIndex { $0.client == 3 } ?? 0
        run.sessions[session].end = 150_000
        run.sessions.append(SessionRecord(client: 3, session: 2, begin: 800_000, end: 0))
        #expect(run.verdict().broken.isEmpty)
    }

    @Test func `messages of others between ours are no holes`() {
        var run = RunFixture()
        run.history[1][0].clientMsgID = "not of this run"
        run.archive[1][0].clientMsgID = "not of this run"
        run.sent.removeAll { $0.sender == 2 && $0.number == 1 }
        run.received.removeAll { $0.sender == 2 && $0.number == 1 }
        #expect(run.verdict().broken.isEmpty)
        #expect(run.verdict().history.stored == 5)
    }

    @Test func `a stall of the senders is told with its length`() {
        var run = RunFixture()
        run.stoppedAt = 5_000_000
        let verdict = run.verdict()
        #expect(verdict.longestStallAccepted > 4)
        #expect(verdict.stalls.contains { $0.what == "accepted" && $0.begin > 1_700_000_000_000 })
    }
}
