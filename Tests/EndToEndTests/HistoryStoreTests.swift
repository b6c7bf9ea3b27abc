import Foundation
import IMProtocol
import IMStorage
import Logging
import Mongo
import SwiftProtobuf
import TestKit
import Testing

/// The history on a real MongoDB.
@Suite(.serialized, .enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"), .timeLimit(.minutes(2)))
struct HistoryStoreTests {
    @Test func `messages are stored once, whatever is repeated`() async throws {
        try await self.withHistory { history, conversation in
            let first = try Self.run(conversation, 1...150)
            for _ in 1...2 {
                #expect(try await history.store([first]).isEmpty)
                try await history.raiseHeads([first])
            }
            let overlapping = try Self.run(conversation, 140...160)
            #expect(try await history.store([overlapping]).isEmpty)
            try await history.raiseHeads([overlapping])
            let stored = try await history.messages(conversation, seqs: Array(0...200))
            #expect(stored.keys.sorted() == Array(1...160))
            #expect(stored.allSatisfy { $0.value.clientMsgID == "c\($0.key)" })
            let head = try await history.heads(of: [conversation])[conversation]
            #expect(head == ConversationHead(maxSeq: 160, minSeq: 0, createMax: 1160))
        }
    }

    @Test func `a slot that holds another message is left alone and reported`() async throws {
        try await self.withHistory { history, conversation in
            _ = try await history.store([try Self.run(conversation, 1...3)])
            let other = try Self.run(conversation, 2...2, prefix: "other")
            let unstorable = try await history.store([other])
            #expect(unstorable.map(\.message.clientMsgID) == ["other2"])
            #expect(unstorable.first?.reason == "the slot is taken by another message")
            #expect(try await history.messages(conversation, seqs: [2])[2]?.clientMsgID == "c2")
        }
    }

    @Test func `a document that MongoDB never takes does not hold up the others`() async throws {
        try await self.withHistory { history, conversation in
            var bad = Self.message(2, prefix: "c")
            bad.options[""] = true
            let record = Openim_Msg_MsgDataToMongoByMQ.with {
                $0.conversationID = conversation
                $0.msgData = [Self.message(1, prefix: "c"), bad, Self.message(3, prefix: "c")]
            }
            let unstorable = try await history.store([try SequencedMessages(record)])
            #expect(unstorable.map(\.message.seq) == [2])
            #expect(try await history.messages(conversation, seqs: [1, 2, 3]).keys.sorted() == [1, 3])
        }
    }

    @Test func `the newest identities cover a whole batch, in order`() async throws {
        try await self.withHistory { history, conversation in
            let run = try Self.run(conversation, 1...620)
            _ = try await history.store([run])
            try await history.raiseHeads([run])
            let heads = try await history.heads(of: [conversation])
            let newest = try await history.newest(heads)[conversation] ?? []
            #expect(newest.count >= 500)
            #expect(newest.map(\.seq) == Array((621 - Int64(newest.count))...620))
            let last = try MessageIdentity(conversationID: conversation, sendID: "a", clientMsgID: "c620")
            #expect(newest.last?.identity == last)
        }
    }

    private func withHistory(_ body: (HistoryStore, String) async throws -> Void) async throws {
        let mongo = try MongoClient(
            MongoConfiguration(uri: Stack.mongoURI, database: "openim_test", connectionsMax: 2),
            logger: Logger(label: "history tests")
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await mongo.run() }
            defer { group.cancelAll() }
            let history = HistoryStore(mongo: mongo)
            try await history.prepare()
            try await body(history, "si_a_\(UInt64.random(in: 0 ... .max))")
        }
    }

    private static func run(
        _ conversation: String,
        _ seqs: ClosedRange<Int64>,
        prefix: String = "c"
    ) throws -> SequencedMessages {
        try SequencedMessages(
            .with {
                $0.conversationID = conversation
                $0.lastSeq = seqs.lowerBound - 1
                $0.msgData = seqs.map { Self.message($0, prefix: prefix) }
            }
        )
    }

    private static func message(_ seq: Int64, prefix: String) -> Openim_Sdkws_MsgData {
        .with {
            $0.sendID = "a"
            $0.clientMsgID = "\(prefix)\(seq)"
            $0.content = Data("text".utf8)
            $0.seq = seq
            $0.createTime = 1000 + seq
        }
    }
}
