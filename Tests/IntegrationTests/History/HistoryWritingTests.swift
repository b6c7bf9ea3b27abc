import IMProtocol
import IMStorage
import Mongo
import TestKit
import Testing

/// Storing messages in blocks on a real MongoDB.
@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"), .timeLimit(.minutes(5)))
struct HistoryWritingTests {
    @Test func `messages are stored in the blocks of their seqs`() async throws {
        try await HistoryFixture.with { fixture in
            #expect(try await fixture.history.store([fixture.run(1...250)]).isEmpty)
            #expect(try await fixture.stored(0...300).keys.sorted() == Array(1...250))
            let block = try #require(try await fixture.block(of: 150))
            #expect(block["conv"] == .string(fixture.conversation))
            #expect(block["c0"] == .int64(1101))
            #expect(block["c1"] == .int64(1200))
            let slots: [BSONValue] = try block.decode("msgs")
            #expect(slots.count == 100)
            #expect(try fixture.count("stored") == 250)
        }
    }

    @Test(arguments: [99, 100, 101]) func `batches that end at the border of a block continue behind it`(
        border: Int64
    ) async throws {
        try await HistoryFixture.with { fixture in
            for seqs in [1...border, (border + 1)...(border + 1), (border + 2)...(border + 120)] {
                #expect(try await fixture.history.store([fixture.run(seqs)]).isEmpty)
            }
            let stored = try await fixture.stored(1...300)
            #expect(stored.keys.sorted() == Array(1...(border + 120)))
            #expect(stored.allSatisfy { $0.value == "c\($0.key)" })
        }
    }

    @Test func `a batch that is repeated writes nothing and reports nothing`() async throws {
        try await HistoryFixture.with { fixture in
            let runs = [fixture.run(1...5), fixture.run(6...150)]
            #expect(try await fixture.history.store(runs).isEmpty)
            let before = [try await fixture.block(of: 1), try await fixture.block(of: 101)]
            #expect(try await fixture.history.store(runs).isEmpty)
            #expect([try await fixture.block(of: 1), try await fixture.block(of: 101)] == before)
            #expect(try fixture.count("stored") == 150)
            #expect(try fixture.count("repeated") == 150)
        }
    }

    @Test func `what happened to a message since is not undone by a repetition`() async throws {
        try await HistoryFixture.with { fixture in
            // The first slot apart: a batch with it tries to insert the block.
            try await fixture.store(1...1)
            try await fixture.store(2...5)
            let (history, conversation) = (fixture.history, fixture.conversation)
            let revocation = Revocation(role: 0, userID: "a", nickname: "A", time: 1)
            #expect(try await history.revoke(conversation, seq: 2, revocation) == .revoked)
            try await history.delete(conversation, seqs: [3], for: "b")
            try await history.markRead(conversation, seqs: [4], by: "b")
            try await history.deletePhysically(conversation, seqs: [5])
            let before = try await fixture.block(of: 1)
            for seqs in [Int64(2)...5, 1...5] {
                let unstorable = try await history.store([fixture.run(seqs)])
                #expect(unstorable.isEmpty)
                #expect(try await fixture.block(of: 1) == before)
            }
            #expect(try await fixture.stored(1...5).keys.sorted() == [1, 2, 3, 4])
        }
    }

    @Test func `batches that overlap store each message once`() async throws {
        try await HistoryFixture.with { fixture in
            for seqs in [Int64(1)...60, 40...140, 90...95, 130...230, 1...230] {
                #expect(try await fixture.history.store([fixture.run(seqs)]).isEmpty)
            }
            let stored = try await fixture.stored(1...300)
            #expect(stored.keys.sorted() == Array(1...230))
            #expect(stored.allSatisfy { $0.value == "c\($0.key)" })
        }
    }

    @Test func `slots that are filled out of order leave the others empty`() async throws {
        try await HistoryFixture.with { fixture in
            for seqs in [Int64(50)...52, 10...12, 1...2] {
                let unstorable = try await fixture.history.store([fixture.run(seqs)])
                #expect(unstorable.isEmpty)
            }
            #expect(try await fixture.stored(1...100).keys.sorted() == [1, 2, 10, 11, 12, 50, 51, 52])
        }
    }

    @Test func `a slot that holds another message is left alone and reported`() async throws {
        try await HistoryFixture.with { fixture in
            #expect(try await fixture.history.store([fixture.run(1...3)]).isEmpty)
            let unstorable = try await fixture.history.store([fixture.run(2...5, prefix: "other")])
            #expect(unstorable.map(\.message.clientMsgID) == ["other2", "other3"])
            #expect(unstorable.allSatisfy { $0.reason == .slotTaken && $0.conversationID == fixture.conversation })
            let expected: [Int64: String] = [1: "c1", 2: "c2", 3: "c3", 4: "other4", 5: "other5"]
            #expect(try await fixture.stored(1...10) == expected)
            #expect(try fixture.count("unstorable_slot_taken") == 2)
        }
    }

    @Test func `of two messages for one slot in a batch the first is stored`() async throws {
        try await HistoryFixture.with { fixture in
            let runs = [fixture.run(1...3), fixture.run(3...4, prefix: "other")]
            let unstorable = try await fixture.history.store(runs)
            #expect(unstorable.map(\.message.clientMsgID) == ["other3"])
            #expect(try await fixture.stored(1...10) == [1: "c1", 2: "c2", 3: "c3", 4: "other4"])
        }
    }

    @Test func `writers of one conversation at the same time store each message once`() async throws {
        try await HistoryFixture.with { fixture in
            let reported = try await withThrowingTaskGroup(of: Int.self) { group in
                for writer in 0..<4 {
                    group.addTask {
                        var reported = 0
                        for first in stride(from: Int64(1), to: 240, by: 7) {
                            // The writers begin batches at different seqs, so that they overlap.
                            let begin = max(1, first - Int64(writer))
                            reported += try await fixture.history.store([fixture.run(begin...(first + 9))]).count
                        }
                        return reported
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(reported == 0)
            let stored = try await fixture.stored(1...300)
            #expect(stored.keys.sorted() == Array(1...248))
            #expect(stored.allSatisfy { $0.value == "c\($0.key)" })
        }
    }

    @Test func `writers with different messages for a slot agree on one of them`() async throws {
        try await HistoryFixture.with { fixture in
            let prefixes = ["p", "q", "r"]
            let reported = try await withThrowingTaskGroup(of: [String].self) { group in
                for prefix in prefixes {
                    group.addTask {
                        let run = fixture.run(1...20, prefix: prefix)
                        return try await fixture.history.store([run]).map(\.message.clientMsgID)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let stored = try await fixture.stored(1...20).values
            #expect(stored.count == 20)
            let all = (1...20).flatMap { seq in prefixes.map { "\($0)\(seq)" } }
            #expect((reported + stored).sorted() == all.sorted())
        }
    }

    @Test func `a document that MongoDB never takes does not hold up the others`() async throws {
        try await HistoryFixture.with { fixture in
            var bad = fixture.message(2)
            bad.options["a\u{0}b"] = true
            let run = SequencedMessages(
                conversationID: fixture.conversation,
                risingMessages: [fixture.message(1), bad, fixture.message(3)]
            )
            let unstorable = try await fixture.history.store([run])
            #expect(unstorable.map(\.message.seq) == [2])
            #expect(unstorable.map(\.reason) == [.refused])
            #expect(try await fixture.stored(1...3).keys.sorted() == [1, 3])
            #expect(try fixture.count("unstorable_refused") == 1)
        }
    }

    @Test func `a block of large messages is stored in parts, and what makes it too large is reported`() async throws {
        try await HistoryFixture.with { fixture in
            let size = 1_200_000
            var unstorable: [UnstorableMessage] = []
            for seqs in [Int64(1)...6, 7...20] {
                unstorable += try await fixture.history.store([fixture.run(seqs, contentBytes: size)])
            }
            unstorable += try await fixture.history.store([fixture.run(21...21, contentBytes: 10)])
            #expect(unstorable.allSatisfy { $0.reason == .tooLarge })
            #expect(unstorable.map(\.message.seq).sorted() == Array(14...20))
            let stored = try await fixture.history.messages(fixture.conversation, seqs: Array(1...21))
            #expect(stored.keys.sorted() == Array(1...13) + [21])
            #expect(stored[13]?.content.count == size)
        }
    }

    @Test func `a message that is too large by itself is reported`() async throws {
        try await HistoryFixture.with { fixture in
            let large = SequencedMessages(
                conversationID: fixture.conversation,
                risingMessages: [fixture.message(1), fixture.message(2, contentBytes: 17 << 20), fixture.message(3)]
            )
            let unstorable = try await fixture.history.store([large])
            #expect(unstorable.map(\.message.seq) == [2])
            #expect(unstorable.map(\.reason) == [.tooLarge])
            #expect(try await fixture.stored(1...3).keys.sorted() == [1, 3])
        }
    }
}
