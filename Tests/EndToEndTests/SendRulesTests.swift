import Foundation
import IMClient
import IMProtocol
import IMStorage
import Postgres
import TestKit
import Testing

/// Who may write to whom, in a real server on the live stack.
@Suite(.serialized, .enabled(if: Stack.kafka.isUp, "scripts/stack up"), .timeLimit(.minutes(5)))
struct SendRulesTests {
    private typealias User = (userID: String, token: String)

    @Test func `rules of chats and groups hold, resends are answered alike, and what was read is known`() async throws {
        try await ServerUnderTest.run { server in
            let process = try await server.start()
            let users = try await server.users(4)
            try await self.groups(on: server, users)
            try await self.blackList(on: server, users)
            try await self.resend(on: server, users)
            try await self.notifications(on: server, users)
            try await self.reading(on: server, users)
            process.signal(SIGTERM)
            #expect(try await process.wait(atMost: .seconds(20)) == 0, "\(process.errorOutput.suffix(2000))")
        }
    }

    /// The owner, a member, and a member who is muted; the fourth user is a stranger.
    private func groups(on server: ServerUnderTest, _ users: [User]) async throws {
        let group = try await self.makeGroup(on: server, users)
        let mutedGroup = try await self.makeGroup(on: server, users, status: 3)
        let dismissedGroup = try await self.makeGroup(on: server, users, status: 2)
        let cases: [(group: String, sender: Int, code: ErrorCode?)] = [
            (group, 0, nil), (group, 1, nil), (group, 2, .mutedInGroup), (group, 3, .notInGroupYet),
            (mutedGroup, 0, nil), (mutedGroup, 1, .mutedGroup), (dismissedGroup, 0, .dismissedAlready),
            ("none", 0, .recordNotFound),
        ]
        var clients: [IMClient] = []
        for user in users { clients.append(try await server.connect(user)) }
        let (member, pushed) = (clients[2], PushLog())
        async let following: Void = pushed.follow(member)
        for (group, sender, code) in cases {
            let client = clients[sender]
            let message = Self.groupMessage(from: users[sender].userID, to: group)
            let refused = await Self.code { _ = try await client.sendMessage(message) }
            #expect(refused == code?.rawValue, "user \(sender) in \(group)")
        }
        let stored = try await server.stored("sg_\(group)", count: 2)
        #expect(stored.mongo.keys.sorted() == [1, 2])
        #expect(stored.postgres == stored.mongo)
        // What came in the group whose other members are muted is a third one.
        #expect(try await pushed.first(3).filter { $0.groupID == group }.map(\.seq) == [1, 2])
        let rows = try await server.postgres.query(
            "SELECT owner_user_id FROM conversations WHERE conversation_id = \("sg_\(group)") ORDER BY 1"
        )
        let owners = try rows.map { try $0.decode("owner_user_id", as: String.self) }
        #expect(Set(owners) == Set(users.prefix(3).map(\.userID)))
        for client in clients { await client.close() }
        await following
    }

    /// Rows of a group whose members are users 0 (owner), 1, and 2 (muted).
    private func makeGroup(on server: ServerUnderTest, _ users: [User], status: Int = 0) async throws -> String {
        let group = "g\(UInt32.random(in: .min ... .max))"
        try await server.postgres.execute(
            "INSERT INTO groups (group_id, group_name, create_time, status) VALUES (\(group), 'group', 1, \(status))"
        )
        for (number, user) in users.prefix(3).enumerated() {
            let mutedUntil: Int64 = number == 2 ? 4_000_000_000_000 : 0
            try await server.postgres.execute(
                """
                INSERT INTO group_members (group_id, user_id, role_level, join_time, mute_end_time)
                VALUES (\(group), \(user.userID), \(number == 0 ? 100 : 20), 1, \(mutedUntil))
                """
            )
        }
        return group
    }

    /// User 1 has blocked user 3.
    private func blackList(on server: ServerUnderTest, _ users: [User]) async throws {
        try await server.postgres.execute(
            "INSERT INTO blacks (owner_user_id, block_user_id, create_time) VALUES (\(users[1].userID), \(users[3].userID), 1)"
        )
        let blocked = try await server.connect(users[3])
        let blocker = try await server.connect(users[1])
        let there = TextMessage.single("hello", from: users[3].userID, to: users[1].userID)
        let back = TextMessage.single("hello", from: users[1].userID, to: users[3].userID)
        #expect(await Self.code { _ = try await blocked.sendMessage(there) } == ErrorCode.blockedByPeer.rawValue)
        #expect(await Self.code { _ = try await blocker.sendMessage(back) } == nil)
        await blocked.close()
        await blocker.close()
    }

    private func resend(on server: ServerUnderTest, _ users: [User]) async throws {
        let client = try await server.connect(users[0])
        let message = TextMessage.single("once", from: users[0].userID, to: users[1].userID)
        let first = try await client.sendMessage(message)
        try await Task.sleep(for: .milliseconds(50))
        #expect(try await client.sendMessage(message) == first)
        let other = TextMessage.single("next", from: users[0].userID, to: users[1].userID)
        #expect(try await client.sendMessage(other).sendTime > first.sendTime)
        await client.close()
    }

    /// Ordinary users do not send what is the server's to send.
    private func notifications(on server: ServerUnderTest, _ users: [User]) async throws {
        let client = try await server.connect(users[0])
        var receipt = TextMessage.single("receipt", from: users[0].userID, to: users[1].userID)
        receipt.contentType = ContentType.hasReadReceipt.rawValue
        #expect(await Self.code { _ = try await client.sendMessage(receipt) } == ErrorCode.noPermission.rawValue)
        var announcement = TextMessage.single("announcement", from: users[0].userID, to: users[1].userID)
        announcement.contentType = ContentType.oaNotification.rawValue
        announcement.sessionType = SessionType.notification.rawValue
        #expect(await Self.code { _ = try await client.sendMessage(announcement) } == ErrorCode.noPermission.rawValue)
        await client.close()
    }

    /// User 2 writes three messages, user 3 reads two of them.
    private func reading(on server: ServerUnderTest, _ users: [User]) async throws {
        let (writer, reader) = (try await server.connect(users[2]), try await server.connect(users[3]))
        for number in 1...3 {
            let message = TextMessage.single("\(number)", from: users[2].userID, to: users[3].userID)
            _ = try await writer.sendMessage(message)
        }
        let pair = [users[2].userID, users[3].userID].sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let conversationID = "si_\(pair.joined(separator: "_"))"
        _ = try await server.stored(conversationID, count: 3)
        let body = JSONValue.object([
            JSONMember("conversationID", .string(conversationID)), JSONMember("userID", .string(users[3].userID)),
            JSONMember("hasReadSeq", .integer(2)),
        ])
        _ = try await server.api.call("/msg/mark_conversation_as_read", token: users[3].token, body: body)
        var request = Openim_Msg_GetConversationsHasReadAndMaxSeqReq()
        request.userID = users[3].userID
        let seqs = try await reader.readSeqs(request).seqs[conversationID]
        #expect(seqs?.maxSeq == 3 && seqs?.hasReadSeq_p == 2)
        request.userID = users[2].userID
        let own = try await writer.readSeqs(request).seqs[conversationID]
        #expect(own?.hasReadSeq_p == 3, "who has written a message has read it")
        let positions = ReadPositionStore(mongo: server.mongo)
        let areStored = try await eventually {
            let stored = try await positions.positions(in: conversationID, of: [users[2].userID, users[3].userID])
            return stored.mapValues(\.readSeq) == [users[2].userID: 3, users[3].userID: 2]
        }
        #expect(areStored)
        var last = Openim_Msg_GetLastMessageReq()
        last.userID = users[3].userID
        last.conversationIds = [conversationID]
        #expect(try await reader.lastMessages(last).msgs[conversationID]?.seq == 3)
        // The writer learns of it from the notification conversation.
        let notifications = "n_\(pair.joined(separator: "_"))"
        let isTold = try await eventually {
            try await writer.newestSeqs(userID: users[2].userID).maxSeqs[notifications] == 1
        }
        #expect(isTold)
        await writer.close()
        await reader.close()
    }

    private static func groupMessage(from sender: String, to group: String) -> Openim_Sdkws_MsgData {
        var message = TextMessage.single("to all", from: sender, to: "")
        message.groupID = group
        message.sessionType = SessionType.group.rawValue
        return message
    }

    private static func code(_ body: () async throws -> Void) async -> Int32? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? IMError)?.code ?? -1
        }
    }
}
