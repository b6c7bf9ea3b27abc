import Foundation
import Glibc
import IMProtocol
import IMStorage
import Logging
import Metrics
import MetricsTestKit
import Mongo
import SwiftProtobuf
import TestKit

/// The history in a database of a test's own, with a client that runs for the length of the test.
struct HistoryFixture: Sendable {
    let mongo: MongoClient
    let history: HistoryStore
    let positions: ReadPositionStore
    let metrics: TestMetrics
    /// A conversation that no other test uses.
    let conversation = "si_a_\(UInt64.random(in: 0 ... .max))"

    /// Runs `body` with a prepared history.
    ///
    /// - Parameters:
    ///   - uri: the server; that of the stack by default.
    ///   - body: the test.
    /// - Throws: what `body` throws.
    static func with(uri: String = Stack.mongoURI, _ body: (HistoryFixture) async throws -> Void) async throws {
        signal(SIGPIPE, SIG_IGN)
        let mongo = try MongoClient(
            MongoConfiguration(uri: uri, database: "openim_test", connectionsMax: 8, operationTimeout: .seconds(60)),
            logger: Logger(label: "history tests")
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await mongo.run() }
            defer { group.cancelAll() }
            let fixture = HistoryFixture(mongo: mongo)
            try await fixture.history.prepare()
            try await fixture.positions.prepare()
            try await body(fixture)
        }
    }

    private init(mongo: MongoClient) {
        self.mongo = mongo
        self.metrics = TestMetrics()
        self.history = HistoryStore(mongo: mongo, metrics: self.metrics, waitMax: .seconds(60))
        self.positions = ReadPositionStore(mongo: mongo)
    }

    /// The collection of blocks.
    var blocks: MongoCollection {
        self.mongo.collection("msg")
    }

    /// Messages `c<seq>` of the conversation, made at 1000 + seq and sent at 2000 + seq.
    func run(_ seqs: ClosedRange<Int64>, prefix: String = "c", contentBytes: Int = 4) -> SequencedMessages {
        let messages = seqs.map { self.message($0, prefix: prefix, contentBytes: contentBytes) }
        return SequencedMessages(conversationID: self.conversation, risingMessages: messages)
    }

    func message(_ seq: Int64, prefix: String = "c", contentBytes: Int = 4) -> Openim_Sdkws_MsgData {
        .with {
            $0.sendID = "a"
            $0.recvID = "b"
            $0.clientMsgID = "\(prefix)\(seq)"
            $0.sessionType = 1
            $0.contentType = 101
            $0.content = Data(repeating: UInt8(ascii: "x"), count: contentBytes)
            $0.seq = seq
            $0.createTime = 1000 + seq
            $0.sendTime = 2000 + seq
            $0.status = 2
        }
    }

    /// Stores messages and raises the head, as the history writer does.
    func store(_ seqs: ClosedRange<Int64>) async throws {
        let run = self.run(seqs)
        guard try await self.history.store([run]).isEmpty else { throw Unexpected() }
        try await self.history.raiseHeads([run])
    }

    struct Unexpected: Error {}

    /// The client ids of what is stored, by seq.
    func stored(_ seqs: ClosedRange<Int64>) async throws -> [Int64: String] {
        try await self.history.messages(self.conversation, seqs: Array(seqs)).mapValues(\.clientMsgID)
    }

    /// The stored block of a seq.
    func block(of seq: Int64) async throws -> BSONDocument? {
        let documentID = MessageBlock.documentID(self.conversation, seq: seq)
        return try await self.blocks.findOne(["doc_id": .string(documentID)])
    }

    /// How many messages were counted with this result.
    func count(_ result: String) throws -> Int64 {
        try self.metrics.expectCounter("im_history_messages_total", [("result", result)]).totalValue
    }
}
