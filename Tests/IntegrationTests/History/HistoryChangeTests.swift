import IMProtocol
import IMStorage
import Mongo
import TestKit
import Testing

/// What happens to messages after they were stored, on a real MongoDB.
@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"), .timeLimit(.minutes(2)))
struct HistoryChangeTests {
    private static let revocation = Revocation(role: 60, userID: "admin", nickname: "Ann", time: 77)

    @Test func `a message is revoked once`() async throws {
        try await HistoryFixture.with { fixture in
            try await fixture.store(1...3)
            let (history, conversation) = (fixture.history, fixture.conversation)
            #expect(try await history.revoke(conversation, seq: 2, Self.revocation) == .revoked)
            let other = Revocation(role: 0, userID: "x", nickname: "", time: 1)
            #expect(try await history.revoke(conversation, seq: 2, other) == .revokedBefore)
            let stored = try await history.stored(conversation, seqs: [1, 2, 3])
            #expect(stored[2]?.revocation == Self.revocation)
            #expect(stored[2]?.message.clientMsgID == "c2")
            #expect(stored[1]?.revocation == nil)
            #expect(stored[3]?.revocation == nil)
        }
    }

    @Test func `what was deleted, or was never there, cannot be revoked`() async throws {
        try await HistoryFixture.with { fixture in
            try await fixture.store(1...3)
            let (history, conversation) = (fixture.history, fixture.conversation)
            try await history.deletePhysically(conversation, seqs: [2])
            #expect(try await history.revoke(conversation, seq: 2, Self.revocation) == .missing)
            #expect(try await history.revoke(conversation, seq: 0, Self.revocation) == .missing)
            #expect(try await history.stored(conversation, seqs: [2]).isEmpty)
        }
    }

    @Test func `the receiver's read mark falls on the messages of others only`() async throws {
        try await HistoryFixture.with { fixture in
            try await fixture.store(98...103)
            let (history, conversation) = (fixture.history, fixture.conversation)
            try await history.markRead(conversation, seqs: [98, 100, 101, 103], by: "b")
            try await history.markRead(conversation, seqs: [99], by: "a")
            let stored = try await history.stored(conversation, seqs: Array(98...103))
            #expect(stored.filter(\.value.isRead).keys.sorted() == [98, 100, 101, 103])
        }
    }

    @Test func `a message is deleted for each user once`() async throws {
        try await HistoryFixture.with { fixture in
            try await fixture.store(99...102)
            let (history, conversation) = (fixture.history, fixture.conversation)
            for _ in 1...2 { try await history.delete(conversation, seqs: [99, 101], for: "a") }
            try await history.delete(conversation, seqs: [101], for: "b")
            let stored = try await history.stored(conversation, seqs: Array(99...102))
            #expect(stored.mapValues(\.deletedFor) == [99: ["a"], 100: [], 101: ["a", "b"], 102: []])
        }
    }

    @Test func `deleted content is gone, its seq and identity stay used`() async throws {
        try await HistoryFixture.with { fixture in
            try await fixture.store(1...102)
            let (history, conversation) = (fixture.history, fixture.conversation)
            try await history.deletePhysically(conversation, seqs: [2, 101, 0, -4])
            let remaining = try await fixture.stored(1...102)
            #expect(remaining.count == 100)
            #expect(remaining[2] == nil && remaining[101] == nil)
            let heads = try await history.heads(of: [conversation])
            #expect(heads[conversation]?.maxSeq == 102)
            let known = try await history.newest(heads)[conversation] ?? []
            #expect(known.map(\.seq) == Array(1...102))
            #expect(known[1].createTime == nil)
            #expect(known[0].createTime == 1001)
            #expect(try await history.store([fixture.run(2...2)]).isEmpty)
            #expect(try await fixture.stored(2...2).isEmpty)
        }
    }

    @Test func `a change waits until the history has its message`() async throws {
        try await HistoryFixture.with { fixture in
            let (history, conversation) = (fixture.history, fixture.conversation)
            async let revoked = history.revoke(conversation, seq: 2, Self.revocation)
            async let marked: Void = history.markRead(conversation, seqs: [1], by: "b")
            async let deleted: Void = history.delete(conversation, seqs: [1, 2], for: "b")
            try await Task.sleep(for: .milliseconds(100))
            try await fixture.store(1...2)
            #expect(try await revoked == .revoked)
            try await marked
            try await deleted
            let stored = try await history.stored(conversation, seqs: [1, 2])
            #expect(stored[1]?.isRead == true)
            #expect(stored.values.allSatisfy { $0.deletedFor == ["b"] })
        }
    }

    @Test func `changes of nothing do nothing`() async throws {
        try await HistoryFixture.with { fixture in
            let (history, conversation) = (fixture.history, fixture.conversation)
            try await history.markRead(conversation, seqs: [], by: "b")
            try await history.delete(conversation, seqs: [0, -1], for: "b")
            try await history.deletePhysically(conversation, seqs: [])
        }
    }
}
