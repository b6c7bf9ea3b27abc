import IMProtocol
import IMStorage
import Mongo
import TestKit
import Testing

/// Blocks that OpenIM's own server wrote, or that are damaged.
@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"), .timeLimit(.minutes(5)))
struct HistoryForeignTests {
    private static let emptySlot: BSONValue = .document([
        "msg": .null, "revoke": .null, "del_list": .array([]), "is_read": .bool(false),
    ])

    private static func slot(_ seq: Int32) -> BSONValue {
        let message: BSONDocument = [
            "send_id": "a", "client_msg_id": .string("c\(seq)"), "seq": .int32(seq), "send_time": .int32(seq),
            "session_type": .int64(1), "content": "hi", "status": .int32(2), "options": .null,
        ]
        return .document(["msg": .document(message), "revoke": .null, "del_list": .null, "is_read": .bool(false)])
    }

    /// Inserts block 0 with these slots.
    private func insert(_ slots: BSONValue, _ fixture: HistoryFixture) async throws {
        try await fixture.blocks.insertOne(["doc_id": .string("\(fixture.conversation):0"), "msgs": slots])
    }

    private func block(filled: ClosedRange<Int32>) -> BSONValue {
        .array((Int32(1)...100).map { filled.contains($0) ? Self.slot($0) : Self.emptySlot })
    }

    @Test func `a block that OpenIM began is continued`() async throws {
        try await HistoryFixture.with { fixture in
            try await self.insert(self.block(filled: 1...3), fixture)
            // 2 and 3 come again.
            #expect(try await fixture.history.store([fixture.run(2...6)]).isEmpty)
            try await fixture.history.raiseHeads([fixture.run(2...6)])
            #expect(try await fixture.stored(1...100).keys.sorted() == Array(1...6))
            let known = try await fixture.history.newest(
                try await fixture.history.heads(of: [fixture.conversation])
            )[fixture.conversation]
            #expect(known?.map(\.seq) == Array(1...6))
            let second = try MessageIdentity(conversationID: fixture.conversation, sendID: "a", clientMsgID: "c2")
            #expect(known?[1].identity == second)
        }
    }

    @Test func `a message of OpenIM is not overwritten by another`() async throws {
        try await HistoryFixture.with { fixture in
            try await self.insert(self.block(filled: 1...3), fixture)
            let unstorable = try await fixture.history.store([fixture.run(3...4, prefix: "x")])
            #expect(unstorable.map(\.message.clientMsgID) == ["x3"])
            #expect(try await fixture.stored(1...4) == [1: "c1", 2: "c2", 3: "c3", 4: "x4"])
        }
    }

    @Test func `a revocation that came before its message stays`() async throws {
        try await HistoryFixture.with { fixture in
            var slots = (Int32(1)...100).map { _ in Self.emptySlot }
            let revocation: BSONDocument = ["role": .int32(0), "user_id": "a", "nickname": "A", "time": .int64(1)]
            slots[1] = .document(["msg": .null, "revoke": .document(revocation), "del_list": .array([])])
            slots[2] = .document(["msg": .null])
            slots[3] = .null
            try await self.insert(.array(slots), fixture)
            #expect(try await fixture.history.store([fixture.run(2...4)]).isEmpty)
            let stored = try await fixture.history.stored(fixture.conversation, seqs: [2, 3, 4])
            #expect(stored.keys.sorted() == [2, 3, 4])
            #expect(stored[2]?.revocation == Revocation(role: 0, userID: "a", nickname: "A", time: 1))
        }
    }

    @Test func `fields of OpenIM's widths are read, and changes work on them`() async throws {
        try await HistoryFixture.with { fixture in
            try await self.insert(self.block(filled: 1...5), fixture)
            try await fixture.history.raiseHeads([fixture.run(5...5)])
            let (history, conversation) = (fixture.history, fixture.conversation)
            try await history.delete(conversation, seqs: [1, 2], for: "b")
            try await history.delete(conversation, seqs: [1], for: "b")
            try await history.markRead(conversation, seqs: [3], by: "b")
            try await history.deletePhysically(conversation, seqs: [4])
            let stored = try await history.stored(conversation, seqs: Array(1...5))
            #expect(stored[1]?.deletedFor == ["b"])
            #expect(stored[2]?.deletedFor == ["b"])
            #expect(stored[3]?.isRead == true)
            #expect(stored[4] == nil)
            #expect(stored[5]?.message.sendTime == 5)
            // The identity of the deleted message is known although OpenIM wrote none.
            #expect(try await history.store([fixture.run(4...4)]).isEmpty)
            #expect(try await history.store([fixture.run(4...4, prefix: "x")]).map(\.reason) == [.slotTaken])
            #expect(try await fixture.stored(4...4).isEmpty)
        }
    }

    @Test(arguments: [
        BSONValue.null, .string("x"), .array([]), .array([.int32(1), .string("x"), .array([])]),
        .document(["0": .document([:])]),
    ])
    func `a damaged block takes no message and loses none silently`(slots: BSONValue) async throws {
        try await HistoryFixture.with { fixture in
            try await self.insert(slots, fixture)
            let unstorable = try await fixture.history.store([fixture.run(1...3), fixture.run(101...102)])
            #expect(unstorable.map(\.message.seq).sorted() == [1, 2, 3])
            #expect(unstorable.allSatisfy { $0.reason == .malformedBlock })
            #expect(try await fixture.stored(1...200).keys.sorted() == [101, 102])
            try await fixture.history.raiseHeads([fixture.run(1...102)])
            #expect(
                try await fixture.history.lastMessages(of: [fixture.conversation]).values.map(\.message.seq) == [102]
            )
            try await fixture.history.deletePhysically(fixture.conversation, seqs: [1, 102])
            try await fixture.history.delete(fixture.conversation, seqs: [1, 101], for: "b")
            try await fixture.history.markRead(fixture.conversation, seqs: [1, 101], by: "b")
            let views = try await fixture.history.view(fixture.conversation, seqs: [1, 101, 102], reader: "b")
            #expect(views.map(\.status) == [4, 4, 4])
            #expect(views.map(\.clientMsgID) == ["", "c101", ""])
        }
    }
}
