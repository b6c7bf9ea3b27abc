import IMStorage
import Postgres
import TestKit
import Testing

/// The conversation rows on real servers.
@Suite(
    .enabled(if: Stack.postgres.isUp && Stack.redis.isUp, "scripts/stack up postgres redis"),
    .timeLimit(.minutes(5))
)
struct ConversationRepositoryTests {
    private static func row(_ owner: String, _ peer: String) -> ConversationRepository.New {
        ConversationRepository.New(ownerUserID: owner, conversationID: "si_a_b", type: 1, userID: peer)
    }

    @Test func `rows that exist stay as they are, missing ones are made with what a new chat has`() async throws {
        try await StorageNode.run { node in
            let (a, b) = (node.name("a"), node.name("b"))
            let conversations = node.conversations
            #expect(try await conversations.conversationIDs(of: a) == [])
            try await conversations.insertMissing([Self.row(a, b)], createTime: 5)
            try await node.execute("UPDATE conversations SET is_pinned = true")
            try await conversations.insertMissing([Self.row(a, b), Self.row(b, a)], createTime: 6)
            let rows = try await node.postgres.strings(
                """
                SELECT concat_ws(' ', is_pinned, recv_msg_opt, min_seq, max_seq, create_time)
                FROM conversations ORDER BY ordinal
                """
            )
            #expect(rows == ["t 0 0 0 5", "f 0 0 0 6"])
            #expect(try await conversations.conversationIDs(of: a) == ["si_a_b"])
            #expect(try await conversations.conversationIDs(of: b) == ["si_a_b"])
        }
    }

    @Test(arguments: [true, false]) func `a row that was known to be absent is there once it was made`(
        isLocal: Bool
    ) async throws {
        try await StorageNode.run(isLocal: isLocal) { node in
            let (a, b) = (node.name("a"), node.name("b"))
            let conversations = node.conversations
            #expect(try await conversations.row("si_a_b", of: a) == nil)
            #expect(try await conversations.rows(["si_a_b"], of: a) == [:])
            try await conversations.insertMissing([Self.row(a, b)], createTime: 5)
            let expected = ConversationRecord(ownerUserID: a, conversationID: "si_a_b", type: 1, userID: b)
            #expect(try await conversations.row("si_a_b", of: a) == expected)
            #expect(try await conversations.rows(["si_a_b", "si_a_c"], of: a) == ["si_a_b": expected])
            #expect(try await conversations.loadRows(["si_a_b"], of: b) == [:])
        }
    }

    @Test func `all fields of a row are read, and a change that is announced shows at once`() async throws {
        try await StorageNode.run { node in
            let a = node.name("a")
            let conversations = node.conversations
            try await conversations.insertMissing(
                [.init(ownerUserID: a, conversationID: "sg_g", type: 3, groupID: "g")],
                createTime: 5
            )
            #expect(try await conversations.row("sg_g", of: a)?.receiveOption == 0)
            #expect(try await conversations.pinnedIDs(of: a) == [])
            try await node.change(
                """
                UPDATE conversations SET recv_msg_opt = 2, is_pinned = true, is_private_chat = true, burn_duration = 3,
                    group_at_type = 4, attached_info = 'info', ex = 'ex', min_seq = 7, max_seq = 8,
                    is_msg_destruct = true, msg_destruct_time = 9, latest_msg_destruct_time = 10
                """,
                invalidating: CacheKey.conversationRow("sg_g", of: a)
            )
            var expected = ConversationRecord(ownerUserID: a, conversationID: "sg_g", type: 3, groupID: "g")
            expected.receiveOption = 2
            expected.isPinned = true
            expected.isPrivateChat = true
            expected.burnDuration = 3
            expected.groupAtType = 4
            expected.attachedInfo = "info"
            expected.ex = "ex"
            expected.minSeq = 7
            expected.maxSeq = 8
            expected.isMsgDestruct = true
            expected.msgDestructTime = 9
            expected.latestMsgDestructTime = 10
            #expect(try await conversations.row("sg_g", of: a) == expected)
            #expect(try await conversations.pinnedIDs(of: a) == ["sg_g"])
            // From the cache, byte for byte the same.
            try await node.execute("DELETE FROM conversations")
            #expect(try await conversations.rows(["sg_g"], of: a) == ["sg_g": expected])
        }
    }

    @Test func `a group's chat is made for its members, once`() async throws {
        try await StorageNode.run { node in
            let group = node.name("g")
            let conversationID = "sg_\(group)"
            for user in ["a", "b"] {
                try await node.execute(
                    "INSERT INTO group_members (group_id, user_id, join_time) VALUES (\(group), \(node.name(user)), 1)"
                )
            }
            for _ in 0..<2 {
                try await node.conversations.insertMissing(
                    membersOf: group,
                    conversationID: conversationID,
                    type: 3,
                    createTime: 5
                )
            }
            for user in ["a", "b"] {
                let row = try await node.conversations.row(conversationID, of: node.name(user))
                #expect(row?.groupID == group && row?.type == 3 && row?.userID == "")
            }
            #expect(try await node.postgres.number("SELECT count(*) FROM conversations") == 2)
            try await node.conversations.insertMissing(
                membersOf: node.name("none"),
                conversationID: "sg_none",
                type: 3,
                createTime: 5
            )
        }
    }

    @Test func `owner and conversation are not mixed up where their keys are the same`() async throws {
        try await StorageNode.run { node in
            let a = node.name("a")
            try await node.conversations.insertMissing(
                [.init(ownerUserID: "\(a):b", conversationID: "c", type: 1, userID: "x")],
                createTime: 5
            )
            #expect(try await node.conversations.row("c", of: "\(a):b")?.userID == "x")
            #expect(try await node.conversations.row("b:c", of: a) == nil)
            #expect(try await node.conversations.rows(["b:c"], of: a) == [:])
        }
    }
}
