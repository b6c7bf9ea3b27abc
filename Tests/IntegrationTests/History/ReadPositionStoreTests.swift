import IMStorage
import Mongo
import TestKit
import Testing

/// Read positions on a real MongoDB.
@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"), .timeLimit(.minutes(2)))
struct ReadPositionStoreTests {
    private func mark(_ fixture: HistoryFixture, _ userID: String, _ seq: Int64) -> ReadMark {
        ReadMark(conversationID: fixture.conversation, userID: userID, seq: seq)
    }

    @Test func `what was read only grows`() async throws {
        try await HistoryFixture.with { fixture in
            let positions = fixture.positions
            try await positions.raise([self.mark(fixture, "a", 3), self.mark(fixture, "b", 9)])
            try await positions.raise([
                self.mark(fixture, "a", 7), self.mark(fixture, "b", 2), self.mark(fixture, "a", 5),
            ])
            let read = try await positions.positions(in: fixture.conversation, of: ["a", "b", "c"])
            #expect(read.mapValues(\.readSeq) == ["a": 7, "b": 9])
            try await positions.raise([])
        }
    }

    @Test func `positions are read for a user and for a conversation`() async throws {
        try await HistoryFixture.with { fixture in
            let other = "\(fixture.conversation)_other"
            let user = "u\(UInt64.random(in: 0 ... .max))"
            let marks = [
                ReadMark(conversationID: other, userID: user, seq: 4), self.mark(fixture, user, 2),
                self.mark(fixture, "z", 1),
            ]
            try await fixture.positions.raise(marks)
            let ofUser = try await fixture.positions.positions(of: user, in: [fixture.conversation, other, "none"])
            #expect(ofUser == [fixture.conversation: ReadPosition(readSeq: 2), other: ReadPosition(readSeq: 4)])
            let ofOthers = try await fixture.positions.positions(in: fixture.conversation, of: [user, "z"])
            #expect(ofOthers == [user: ReadPosition(readSeq: 2), "z": ReadPosition(readSeq: 1)])
        }
    }

    @Test func `bounds and what was read stand beside each other`() async throws {
        try await HistoryFixture.with { fixture in
            let (positions, conversation) = (fixture.positions, fixture.conversation)
            try await positions.raiseMinSeq(5, of: ["a", "b"], in: conversation)
            try await positions.raiseMinSeq(3, of: ["a"], in: conversation)
            try await positions.setMaxSeq(9, of: ["a", "a"], in: conversation)
            try await positions.raise([self.mark(fixture, "a", 8)])
            var expected = ["a": ReadPosition(minSeq: 5, maxSeq: 9, readSeq: 8), "b": ReadPosition(minSeq: 5)]
            #expect(try await positions.positions(in: conversation, of: ["a", "b"]) == expected)
            try await positions.setMaxSeq(0, of: ["a"], in: conversation)
            expected["a"]?.maxSeq = 0
            #expect(try await positions.positions(in: conversation, of: ["a", "b"]) == expected)
        }
    }

    @Test func `many marks at the same time leave the greatest of each user`() async throws {
        try await HistoryFixture.with { fixture in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in Int64(1)...8 {
                    group.addTask {
                        try await fixture.positions.raise(
                            (0..<25).map { self.mark(fixture, "u\($0)", writer + $0 % 3) }
                        )
                    }
                }
                try await group.waitForAll()
            }
            let users = (0..<25).map { "u\($0)" }
            let read = try await fixture.positions.positions(in: fixture.conversation, of: users)
            #expect(read.count == 25)
            for user in 0..<25 { #expect(read["u\(user)"]?.readSeq == 8 + Int64(user % 3)) }
            let stored = fixture.mongo.collection("seq_user")
            #expect(try await stored.countDocuments(["conversation_id": .string(fixture.conversation)]) == 25)
        }
    }
}
