import IMProtocol
import SwiftProtobuf
import Synchronization
import Testing

@testable import IMServices
@testable import IMStorage

/// What a client is told of its conversations and gets of their messages.
@Suite struct ReadingTests {
    private static let chat = "si_alice_bob"

    private static func fixture(_ change: (inout ConversationRecord) -> Void = { _ in }) -> MsgFixture {
        let fixture = MsgFixture()
        var row = ConversationRecord(ownerUserID: "bob", conversationID: Self.chat, type: 1, userID: "alice")
        change(&row)
        fixture.directories.add(row: row)
        fixture.history.fill(Self.chat, count: 10)
        return fixture
    }

    private func pull(
        _ fixture: MsgFixture,
        _ range: ClosedRange<Int64>,
        of conversationID: String = chat,
        num: Int64 = 100,
        order: Openim_Sdkws_PullOrder = .asc
    ) async throws -> Openim_Sdkws_PullMessageBySeqsResp {
        try await fixture.server.pullMessageBySeqs(
            .with { request in
                request.userID = "bob"
                request.order = order
                request.seqRanges = [
                    .with {
                        $0.conversationID = conversationID
                        $0.begin = range.lowerBound
                        $0.end = range.upperBound
                        $0.num = num
                    }
                ]
            },
            MsgFixture.context("bob")
        )
    }

    private func list(
        _ fixture: MsgFixture,
        _ seqs: [Int64],
        order: Openim_Sdkws_PullOrder
    ) async throws -> Openim_Sdkws_PullMsgs? {
        try await fixture.server.getSeqMessage(
            .with { request in
                request.userID = "bob"
                request.order = order
                request.conversations = [
                    .with {
                        $0.conversationID = Self.chat
                        $0.seqs = seqs
                    }
                ]
            },
            MsgFixture.context("bob")
        ).msgs[Self.chat]
    }

    @Test func `the newest seqs include notifications and leave out empty conversations`() async throws {
        let fixture = Self.fixture()
        fixture.history.fill("n_alice_bob", count: 2)
        fixture.history.fill("n_bob_bob", count: 3)
        fixture.history.fill("si_alice_carol", count: 4)
        fixture.directories.add(
            row: ConversationRecord(ownerUserID: "bob", conversationID: "sg_empty", type: 3, groupID: "empty")
        )
        let answer = try await fixture.server.getMaxSeq(.with { $0.userID = "bob" }, MsgFixture.context("bob"))
        #expect(answer.maxSeqs == [Self.chat: 10, "n_alice_bob": 2, "n_bob_bob": 3])
        #expect(answer.minSeqs.isEmpty)
    }

    @Test func `the newest seq is the greater of cache and history, and also that of a cleared conversation`()
        async throws
    {
        let fixture = Self.fixture()
        fixture.history.state.withLock { state in
            state.maxima[Self.chat] = CachedMaximum(seq: 4, ageSeconds: 0)
            state.heads[Self.chat]?.minSeq = 11
        }
        let answer = try await fixture.server.getMaxSeq(.with { $0.userID = "bob" }, MsgFixture.context("bob"))
        #expect(answer.maxSeqs == [Self.chat: 10])
        #expect(try await self.pull(fixture, 1...10).msgs.isEmpty)
    }

    @Test(
        arguments: [
            (1...4, 100, Openim_Sdkws_PullOrder.asc, [1, 2, 3, 4], false), (8...20, 100, .asc, [8, 9, 10], true),
            (1...10, 3, .asc, [8, 9, 10], true), (1...3, 100, .desc, [1, 2, 3], true),
            (2...3, 100, .desc, [2, 3], false),
        ] as [(ClosedRange<Int64>, Int64, Openim_Sdkws_PullOrder, [Int64], Bool)]
    )
    func `a range is answered in ascending order and says where it ends`(
        range: ClosedRange<Int64>,
        num: Int64,
        order: Openim_Sdkws_PullOrder,
        seqs: [Int64],
        isEnd: Bool
    ) async throws {
        let pulled = try await self.pull(Self.fixture(), range, num: num, order: order).msgs[Self.chat]
        #expect(pulled?.msgs.map(\.seq) == seqs)
        #expect(pulled?.isEnd == isEnd)
    }

    @Test func `a list is answered in its own order and tells the bound that it crossed`() async throws {
        let fixture = Self.fixture { $0.minSeq = 3 }
        let descending = try await self.list(fixture, [9, 2, 5], order: .desc)
        #expect(descending?.msgs.map(\.seq) == [9, 5])
        #expect(descending?.isEnd == true && descending?.endSeq == 3)
        let ascending = try await self.list(fixture, [9, 12, -1], order: .asc)
        #expect(ascending?.msgs.map(\.seq) == [9])
        #expect(ascending?.isEnd == true && ascending?.endSeq == 10)
        let inside = try await self.list(fixture, [4], order: .desc)
        #expect(inside?.isEnd == false)
    }

    @Test func `deleted messages are placeholders, messages in the cache need no history`() async throws {
        let fixture = Self.fixture()
        fixture.history.state.withLock { state in
            state.cached[Self.chat]?[3] = nil
            state.stored[Self.chat]?[3] = nil
            state.cached[Self.chat]?[5]?.contentType = ContentType.quote.rawValue
        }
        let messages = try await self.pull(fixture, 1...6).msgs[Self.chat]?.msgs ?? []
        #expect(messages.map(\.seq) == [1, 2, 3, 4, 5, 6])
        #expect(messages[2].status == MessageStatus.deleted.rawValue && messages[2].content.isEmpty)
        // A quote may repeat what was revoked, so it is read from the history.
        #expect(fixture.history.state.withLock { $0.viewed } == [3, 5])
    }

    @Test func `a message that is known but not stored yet is an error, never a placeholder`() async throws {
        let fixture = Self.fixture()
        fixture.history.fill(Self.chat, count: 10, storedUpTo: 8)
        #expect(try await self.pull(fixture, 1...10).msgs[Self.chat]?.msgs.count == 10)
        fixture.history.state.withLock { $0.cached[Self.chat]?[9] = nil }
        let error = await #expect(throws: IMError.self) { try await self.pull(fixture, 1...10) }
        #expect(error?.code == 500 && error?.detail.contains("try again") == true)
        #expect(try await self.pull(fixture, 1...8).msgs[Self.chat]?.msgs.count == 8)
    }

    @Test func `a seq that the cache has lost is waited for, once`() async throws {
        let fixture = Self.fixture()
        fixture.history.state.withLock { state in
            state.maxima = [:]
            state.cached = [:]
            state.heads[Self.chat] = ConversationHead(maxSeq: 8, createMax: MsgFixture.start)
        }
        await #expect(throws: IMError.self) { try await self.pull(fixture, 1...10) }
        #expect(try await self.pull(fixture, 1...10).msgs[Self.chat]?.msgs.count == 8)
    }

    @Test func `a conversation that was quiet for a day is not waited for`() async throws {
        let fixture = Self.fixture()
        fixture.history.state.withLock { state in
            state.maxima = [:]
            state.cached = [:]
            state.heads[Self.chat] = ConversationHead(maxSeq: 8, createMax: MsgFixture.start - 90_000_000)
        }
        #expect(try await self.pull(fixture, 1...10).msgs[Self.chat]?.msgs.count == 8)
    }

    @Test func `who has left sees nothing that came later`() async throws {
        let fixture = Self.fixture { $0.maxSeq = 6 }
        fixture.memories.state.withLock { $0.positions = ["bob": [Self.chat: ReadPosition(minSeq: 3, maxSeq: 5)]] }
        let pulled = try await self.pull(fixture, 1...10).msgs[Self.chat]
        #expect(pulled?.msgs.map(\.seq) == [3, 4, 5])
        #expect(pulled?.isEnd == true)
        let last = try await fixture.server.getLastMessage(
            .with {
                $0.userID = "bob"
                $0.conversationIds = [Self.chat, "si_alice_carol"]
            },
            MsgFixture.context("bob")
        )
        #expect(last.msgs.mapValues(\.seq) == [Self.chat: 5])
    }

    @Test func `the last message may be one that the history does not have yet`() async throws {
        let fixture = Self.fixture()
        fixture.history.fill(Self.chat, count: 10, storedUpTo: 8)
        let last = try await fixture.server.getLastMessage(
            .with {
                $0.userID = "bob"
                $0.conversationIds = [Self.chat]
            },
            MsgFixture.context("bob")
        )
        #expect(last.msgs[Self.chat]?.seq == 10)
    }

    @Test func `strangers get nothing, owners also what the caches do not know yet`() async throws {
        let fixture = MsgFixture()
        fixture.history.fill(Self.chat, count: 3)
        fixture.history.fill("n_alice_bob", count: 2)
        #expect(try await self.pull(fixture, 1...3).msgs.isEmpty)
        #expect(try await self.pull(fixture, 1...2, of: "n_alice_bob").notificationMsgs.isEmpty)
        fixture.directories.add(
            row: ConversationRecord(ownerUserID: "bob", conversationID: Self.chat, type: 1, userID: "alice"),
            isCached: false
        )
        #expect(try await self.pull(fixture, 1...3).msgs[Self.chat]?.msgs.count == 3)
        let notifications = try await self.pull(fixture, 1...2, of: "n_alice_bob", num: 1).notificationMsgs
        #expect(notifications["n_alice_bob"]?.msgs.count == 2)
        let error = await #expect(throws: IMError.self) {
            try await fixture.server.getMaxSeq(.with { $0.userID = "bob" }, MsgFixture.context("alice"))
        }
        #expect(error?.code == 1002)
    }
}
