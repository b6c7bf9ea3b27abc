import IMProtocol
import IMStorage
import Kafka
import SwiftProtobuf
import Synchronization
import Testing

@testable import IMServices

/// What users have read: positions, notifications and marks.
@Suite struct ReadMarksTests {
    private static let chat = "si_alice_bob"

    /// bob has a single chat with ten messages of alice.
    private static func fixture(count: Int64 = 10) -> MsgFixture {
        let fixture = MsgFixture()
        let row = ConversationRecord(ownerUserID: "bob", conversationID: Self.chat, type: 1, userID: "alice")
        fixture.directories.add(row: row)
        fixture.history.fill(Self.chat, count: count)
        return fixture
    }

    private static func groupFixture() -> MsgFixture {
        let fixture = MsgFixture()
        fixture.directories.add(
            row: ConversationRecord(ownerUserID: "bob", conversationID: "sg_g", type: 3, groupID: "g")
        )
        fixture.history.fill("sg_g", count: 10)
        return fixture
    }

    private static func position(_ fixture: MsgFixture, _ conversationID: String = chat) -> Int64? {
        fixture.memories.state.withLock { $0.readSeqs["bob"]?[conversationID] }
    }

    private static func tips(_ message: Openim_Sdkws_MsgData) throws -> Openim_Sdkws_MarkAsReadTips {
        let content = try JSONValue(parsing: Array(message.content))
        guard case .string(let detail)? = content["detail"] else { return .init() }
        return try ProtoJSON.decode(Openim_Sdkws_MarkAsReadTips.self, from: JSONValue(parsing: detail))
    }

    private func markConversation(
        _ fixture: MsgFixture,
        _ conversationID: String = chat,
        upTo seq: Int64,
        _ seqs: [Int64] = []
    ) async throws {
        _ = try await fixture.server.markConversationAsRead(
            .with {
                $0.conversationID = conversationID
                $0.userID = "bob"
                $0.hasReadSeq_p = seq
                $0.seqs = seqs
            },
            MsgFixture.context("bob")
        )
    }

    private func setPosition(_ fixture: MsgFixture, to seq: Int64) async throws {
        _ = try await fixture.server.setConversationHasReadSeq(
            .with {
                $0.conversationID = Self.chat
                $0.userID = "bob"
                $0.hasReadSeq_p = seq
            },
            MsgFixture.context("bob")
        )
    }

    @Test func `a single chat that is read raises the position, tells the peer and marks the messages`() async throws {
        let fixture = Self.fixture()
        fixture.memories.state.withLock { $0.positions = ["bob": [Self.chat: ReadPosition(readSeq: 6)]] }
        try await self.markConversation(fixture, upTo: 8, [3])
        let told = try #require(try fixture.outlet.messages.first)
        #expect(Self.position(fixture) == 8)
        #expect(told.contentType == 2200 && told.sendID == "bob" && told.recvID == "alice" && told.sessionType == 1)
        #expect(ConversationID.of(told) == "n_alice_bob")
        #expect(told.isOn(.history) && told.isOn(.senderSync) && !told.isOn(.unreadCount) && !told.isOn(.offlinePush))
        #expect(told.msgFrom == 200 && told.serverMsgID.count == 32 && told.sendTime == MsgFixture.start)
        let tips = try Self.tips(told)
        #expect(tips.seqs == [3, 7, 8])
        #expect(tips.hasReadSeq_p == 8)
        #expect(tips.markAsReadUserID == "bob" && tips.conversationID == Self.chat)
        #expect(fixture.history.state.withLock { $0.read } == [Self.chat: [3, 7, 8]])
        #expect(fixture.memories.state.withLock { $0.evicted } == [Self.chat: [3, 7, 8]])
    }

    @Test func `a position never goes back`() async throws {
        let fixture = Self.fixture()
        try await self.setPosition(fixture, to: 7)
        try await self.setPosition(fixture, to: 4)
        #expect(Self.position(fixture) == 7)
        // The own devices are told all the same.
        #expect(try fixture.outlet.messages.map { try Self.tips($0).hasReadSeq_p } == [7, 7])
        try await self.markConversation(fixture, upTo: 5)
        #expect(fixture.outlet.records.count == 2)
    }

    @Test func `a position above the greatest seq counts as that`() async throws {
        let fixture = Self.fixture()
        try await self.setPosition(fixture, to: .max)
        #expect(Self.position(fixture) == 10)
        let told = try #require(try fixture.outlet.messages.first)
        #expect(told.recvID == "bob" && !told.isOn(.history))
        #expect(try Self.tips(told).hasReadSeq_p == 10)
    }

    @Test func `a group that is read is told to the own devices only`() async throws {
        let fixture = Self.groupFixture()
        try await self.markConversation(fixture, "sg_g", upTo: 9)
        let told = try #require(try fixture.outlet.messages.first)
        #expect(Self.position(fixture, "sg_g") == 9)
        #expect(told.sendID == "bob" && told.recvID == "bob" && told.sessionType == 1)
        #expect(!told.isOn(.history))
        #expect(fixture.history.state.withLock { $0.read.isEmpty })
    }

    @Test func `single messages of a group are told to the group`() async throws {
        let fixture = Self.groupFixture()
        try await self.markMessages(fixture, "sg_g", [2, 5, 4])
        let told = try #require(try fixture.outlet.messages.first)
        #expect(Self.position(fixture, "sg_g") == 5)
        #expect(told.sessionType == 3 && told.groupID == "g" && ConversationID.of(told) == "n_g")
        #expect(told.isOn(.history))
    }

    private func markMessages(_ fixture: MsgFixture, _ conversationID: String, _ seqs: [Int64]) async throws {
        _ = try await fixture.server.markMsgsAsRead(
            .with {
                $0.conversationID = conversationID
                $0.userID = "bob"
                $0.seqs = seqs
            },
            MsgFixture.context("bob")
        )
    }

    @Test(arguments: [[], [0], [1, -4]] as [[Int64]]) func `what is no seq is refused`(seqs: [Int64]) async throws {
        let fixture = Self.fixture()
        let error = await #expect(throws: IMError.self) { try await self.markMessages(fixture, Self.chat, seqs) }
        #expect(error?.code == 1001)
        #expect(error?.detail.hasPrefix("seqs") == true)
    }

    @Test func `a position below 1 is refused`() async throws {
        let fixture = Self.fixture()
        let first = await #expect(throws: IMError.self) { try await self.setPosition(fixture, to: 0) }
        let second = await #expect(throws: IMError.self) { try await self.markConversation(fixture, upTo: 0) }
        #expect(first?.code == 1001 && second?.code == 1001)
    }

    @Test func `only the user's own chats are marked, by the user`() async throws {
        let fixture = Self.fixture()
        let unknown = await #expect(throws: IMError.self) { try await self.markMessages(fixture, "si_a_c", [1]) }
        #expect(unknown?.code == 1004)
        let stranger = await #expect(throws: IMError.self) {
            _ = try await fixture.server.markMsgsAsRead(
                .with {
                    $0.conversationID = Self.chat
                    $0.userID = "bob"
                    $0.seqs = [1]
                },
                MsgFixture.context("alice")
            )
        }
        #expect(stranger?.code == 1002)
    }

    @Test func `messages that the history does not have yet fail the call, which may be repeated`() async throws {
        let fixture = Self.fixture()
        fixture.history.fill(Self.chat, count: 10, storedUpTo: 5)
        let error = await #expect(throws: IMError.self) { try await self.markMessages(fixture, Self.chat, [9]) }
        #expect(error?.code == 500)
        #expect(error?.detail.contains("try again") == true)
        #expect(Self.position(fixture) == 9)
    }

    @Test func `of very many unread messages the newest are marked`() async throws {
        let fixture = Self.fixture(count: 6000)
        try await self.markConversation(fixture, upTo: 6000)
        let seqs = try Self.tips(try #require(try fixture.outlet.messages.first)).seqs
        #expect(seqs.count == 5000 && seqs.first == 1001 && seqs.last == 6000)
    }

    @Test func `positions are the greater of what is on its way and what is stored`() async throws {
        let fixture = Self.fixture()
        var left = ConversationRecord(ownerUserID: "bob", conversationID: "sg_left", type: 3, groupID: "left")
        left.maxSeq = 4
        left.isPinned = true
        fixture.directories.add(row: left)
        fixture.history.fill("sg_left", count: 9)
        fixture.memories.state.withLock { state in
            state.positions = ["bob": [Self.chat: ReadPosition(readSeq: 6), "sg_left": ReadPosition(readSeq: 2)]]
            state.readSeqs = ["bob": [Self.chat: 5, "sg_left": 3]]
        }
        let answer = try await fixture.server.getConversationsHasReadAndMaxSeq(
            .with {
                $0.userID = "bob"
                $0.returnPinned = true
            },
            MsgFixture.context("bob")
        )
        #expect(answer.seqs.mapValues { [$0.maxSeq, $0.hasReadSeq_p] } == [Self.chat: [10, 6], "sg_left": [4, 3]])
        #expect(answer.pinnedConversationIds == ["sg_left"])
    }
}
