import Foundation
import IMProtocol
import IMStorage
import Mongo
import TestKit
import Testing

/// Reading the history from a real MongoDB.
@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"), .timeLimit(.minutes(2)))
struct HistoryReadingTests {
    @Test func `only the seqs that were asked for are read, from any number of blocks`() async throws {
        try await HistoryFixture.with { fixture in
            try await fixture.store(1...620)
            let seqs: [Int64] = [1, 99, 100, 101, 305, 305, 620, 621, 0, -1, .max, .min]
            let stored = try await fixture.history.messages(fixture.conversation, seqs: seqs)
            #expect(stored.keys.sorted() == [1, 99, 100, 101, 305, 620])
            #expect(stored.allSatisfy { $0.value.clientMsgID == "c\($0.key)" })
            #expect(stored[305] == fixture.message(305))
            let all = try await fixture.history.count(conversationID: fixture.conversation)
            #expect(all.messages == 620 && all.lowest == 1 && all.highest == 620)
        }
    }

    @Test func `the newest identities cover a whole batch, in order`() async throws {
        try await HistoryFixture.with { fixture in
            try await fixture.store(1...620)
            let heads = try await fixture.history.heads(of: [fixture.conversation])
            let newest = try await fixture.history.newest(heads)[fixture.conversation] ?? []
            #expect(newest.count >= 500)
            #expect(newest.map(\.seq) == Array((621 - Int64(newest.count))...620))
            let identity = try MessageIdentity(
                conversationID: fixture.conversation,
                sendID: "a",
                clientMsgID: "c620"
            )
            #expect(newest.last == KnownMessage(identity: identity, seq: 620, createTime: 1620))
        }
    }

    @Test func `a message is found by its creation time, also when its content was deleted`() async throws {
        try await HistoryFixture.with { fixture in
            try await fixture.store(1...310)
            try await fixture.history.deletePhysically(fixture.conversation, seqs: [150])
            func sought(_ clientMsgID: String, _ createTime: Int64) throws -> SoughtMessage {
                let conversation = fixture.conversation
                let identity = try MessageIdentity(
                    conversationID: conversation,
                    sendID: "a",
                    clientMsgID: clientMsgID
                )
                return SoughtMessage(conversationID: conversation, identity: identity, createTime: createTime)
            }
            let wanted = try (Int64(1)...300).map { try sought("c\($0)", 1000 + $0) }
            let found = try await fixture.history.seqs(of: wanted + [try sought("none", 1100)])
            #expect(found.count == 300)
            for (index, message) in wanted.enumerated() { #expect(found[message.identity] == Int64(index) + 1) }
            #expect(try await fixture.history.seqs(of: []).isEmpty)
        }
    }

    @Test func `the last message is the newest that was not deleted`() async throws {
        try await HistoryFixture.with { fixture in
            try await fixture.store(1...410)
            let (history, conversation) = (fixture.history, fixture.conversation)
            func last() async throws -> Int64? {
                try await history.lastMessages(of: [conversation, "si_none"])[conversation]?.message.seq
            }
            #expect(try await last() == 410)
            try await history.deletePhysically(conversation, seqs: [410, 409])
            #expect(try await last() == 408)
            try await history.deletePhysically(conversation, seqs: Array(105...408))
            #expect(try await last() == 104)
            try await history.clear(conversation, below: 104)
            #expect(try await last() == 104)
            try await history.clear(conversation, below: 105)
            #expect(try await last() == nil)
        }
    }

    @Test func `a message with a status of 4 is no last message`() async throws {
        try await HistoryFixture.with { fixture in
            var deleted = fixture.message(3)
            deleted.status = 4
            let run = SequencedMessages(
                conversationID: fixture.conversation,
                risingMessages: [fixture.message(1), fixture.message(2), deleted]
            )
            #expect(try await fixture.history.store([run]).isEmpty)
            try await fixture.history.raiseHeads([run])
            let last = try await fixture.history.lastMessages(of: [fixture.conversation])
            #expect(last[fixture.conversation]?.message.seq == 2)
        }
    }

    @Test(
        arguments: [(Int64(2000), nil), (2001, 1), (2150, 150), (2149, 149), (2310, 310), (.max, 310)]
            as [(Int64, Int64?)]
    )
    func `the last seq before a time is found`(time: Int64, seq: Int64?) async throws {
        try await HistoryFixture.with { fixture in
            try await fixture.store(1...310)
            #expect(try await fixture.history.lastSeq(fixture.conversation, sentBefore: time) == seq)
        }
    }

    @Test func `a reader sees what is theirs to see, in the order that was asked for`() async throws {
        try await HistoryFixture.with { fixture in
            try await fixture.store(1...120)
            let (history, conversation) = (fixture.history, fixture.conversation)
            let revocation = Revocation(role: 0, userID: "a", nickname: "A", time: 5)
            #expect(try await history.revoke(conversation, seq: 3, revocation) == .revoked)
            try await history.delete(conversation, seqs: [4], for: "b")
            try await history.markRead(conversation, seqs: [5], by: "b")
            try await history.deletePhysically(conversation, seqs: [101, 102, 103])
            let seqs: [Int64] = [120, 103, 102, 101, 5, 4, 3, 2]
            let views = try await history.view(conversation, seqs: seqs, reader: "b")
            #expect(views.map(\.seq) == seqs)
            #expect(views.map(\.status) == [2, 4, 4, 4, 2, 4, 2, 2])
            #expect(views.map(\.contentType) == [101, 0, 0, 0, 101, 101, 2101, 101])
            #expect(views.map(\.sendTime) == [2120, 2100, 2100, 2100, 2005, 2004, 2003, 2002])
            #expect(views.map(\.isRead) == [false, false, false, false, true, false, false, false])
            #expect(views[5].content.isEmpty)
            let other = try await history.view(conversation, seqs: [4], reader: "a")
            #expect(other == [fixture.message(4)])
        }
    }

    @Test func `a quote shows that what it quotes was revoked or deleted`() async throws {
        try await HistoryFixture.with { fixture in
            try await fixture.store(1...104)
            let (history, conversation) = (fixture.history, fixture.conversation)
            let quotes = [(105, 1, "c1"), (106, 2, "c2"), (107, 3, "c3"), (108, 2, "another")].map { seq, quoted, id in
                var message = fixture.message(Int64(seq))
                message.contentType = 114
                message.content = Data(
                    #"{"text":"t","quoteMessage":{"clientMsgID":"\#(id)","seq":\#(quoted),"contentType":101,"content":"q"}}"#
                        .utf8
                )
                return message
            }
            let run = SequencedMessages(conversationID: conversation, risingMessages: quotes)
            #expect(try await history.store([run]).isEmpty)
            try await history.raiseHeads([run])
            try await history.deletePhysically(conversation, seqs: [1])
            let revocation = Revocation(role: 0, userID: "a", nickname: "A", time: 5)
            #expect(try await history.revoke(conversation, seq: 2, revocation) == .revoked)
            let views = try await history.view(conversation, seqs: [105, 106, 107, 108], reader: "b")
            let contents = views.map { String(decoding: $0.content, as: UTF8.self) }
            let begin = #"{"text":"t","quoteMessage":{"clientMsgID":"#
            #expect(contents[0] == begin + #""c1","seq":1,"contentType":2101,"content":"{}"}}"#)
            #expect(contents[1].hasPrefix(begin + #""c2","seq":2,"contentType":2101,"content":"{\"revokerID\":\"a\","#))
            #expect(contents[2] == String(decoding: quotes[2].content, as: UTF8.self))
            #expect(contents[3] == String(decoding: quotes[3].content, as: UTF8.self))
        }
    }

    @Test func `a view waits for the history instead of answering "deleted"`() async throws {
        try await HistoryFixture.with { fixture in
            async let views = fixture.history.view(fixture.conversation, seqs: [1, 2], reader: "b")
            try await Task.sleep(for: .milliseconds(100))
            try await fixture.store(1...2)
            #expect(try await views.map(\.clientMsgID) == ["c1", "c2"])
        }
    }
}
