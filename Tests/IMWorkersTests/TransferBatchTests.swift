import IMProtocol
import IMStorage
import Kafka
import SwiftProtobuf
import TestKit
import Testing

@testable import IMWorkers

@Suite struct TransferBatchTests {
    private func batch(
        _ messages: [Openim_Sdkws_MsgData],
        _ states: inout [String: ConversationState]
    ) throws -> TransferBatch {
        TransferBatch(try messages.map { try Incoming.read($0) }, &states)
    }

    private func pushed(_ batch: TransferBatch) -> [String] {
        batch.messages.map { "\($0.message.clientMsgID)@\($0.message.seq)" }
    }

    @Test func `messages get consecutive seqs in the order of the log`() throws {
        var states = ["si_u1_u2": ConversationState(maxSeq: 5)]
        let batch = try self.batch([Incoming.message("a"), Incoming.message("b"), Incoming.message("c")], &states)
        #expect(self.pushed(batch) == ["a@6", "b@7", "c@8"])
        #expect(batch.newRuns.count == 1)
        let run = try #require(batch.newRuns.first)
        #expect(run.conversationID == "si_u1_u2")
        #expect(run.lastSeq == 5)
        #expect(run.messages.map(\.seq) == [6, 7, 8])
        #expect(run.key == Array("u1_u2".utf8))
        #expect(states["si_u1_u2"]?.maxSeq == 8)
    }

    @Test func `each conversation has its own seqs and runs, in the order of their first messages`() throws {
        var states: [String: ConversationState] = [:]
        let messages = [
            Incoming.message("a", to: "u9"), Incoming.message("b", to: "u2"), Incoming.message("c", to: "u9"),
        ]
        let batch = try self.batch(messages, &states)
        #expect(self.pushed(batch) == ["a@1", "b@1", "c@2"])
        #expect(batch.newRuns.map(\.conversationID) == ["si_u1_u9", "si_u1_u2"])
        #expect(batch.newRuns.map { $0.messages.map(\.clientMsgID) } == [["a", "c"], ["b"]])
    }

    @Test func `a repeat keeps its seq, is pushed again and is no new message`() throws {
        var states: [String: ConversationState] = [:]
        _ = try self.batch([Incoming.message("a"), Incoming.message("b")], &states)
        let batch = try self.batch([Incoming.message("a"), Incoming.message("c"), Incoming.message("c")], &states)
        #expect(self.pushed(batch) == ["a@1", "c@3", "c@3"])
        #expect(batch.newRuns.map { $0.messages.map(\.seq) } == [[3]])
        #expect(batch.newRuns.map(\.lastSeq) == [2])
    }

    @Test func `a batch of repeats forwards nothing`() throws {
        var states: [String: ConversationState] = [:]
        _ = try self.batch([Incoming.message("a")], &states)
        let batch = try self.batch([Incoming.message("a"), Incoming.message("a")], &states)
        #expect(batch.newRuns.isEmpty)
        #expect(batch.storedRuns["si_u1_u2"]?.map(\.seq) == [1])
    }

    @Test func `the same client id of another sender or conversation is another message`() throws {
        var states: [String: ConversationState] = [:]
        let messages = [
            Incoming.message("a", from: "u1", to: "u2"), Incoming.message("a", from: "u2", to: "u1"),
            Incoming.message("a", from: "u1", to: "u3"),
        ]
        #expect(try self.pushed(self.batch(messages, &states)) == ["a@1", "a@2", "a@1"])
    }

    @Test func `a repeat with a lower seq is published before newer messages`() throws {
        // Schedule 14: published as they came, the cache would skip one and push would turn the order.
        var states: [String: ConversationState] = [:]
        _ = try self.batch([Incoming.message("a"), Incoming.message("b")], &states)
        let batch = try self.batch(
            [Incoming.message("c"), Incoming.message("b"), Incoming.message("x", to: "u9"), Incoming.message("a")],
            &states
        )
        #expect(self.pushed(batch) == ["a@1", "b@2", "x@1", "c@3"])
        #expect(batch.storedRuns["si_u1_u2"]?.map(\.seq) == [1, 2, 3])
        #expect(batch.newRuns.flatMap { $0.messages.map(\.clientMsgID) } == ["c", "x"])
    }

    @Test func `what is not stored gets no seq and stays in its place`() throws {
        var states: [String: ConversationState] = [:]
        _ = try self.batch([Incoming.message("a")], &states)
        let batch = try self.batch(
            [
                Incoming.message("b"), Incoming.message("typing", isStored: false), Incoming.message("a"),
                Incoming.message("c"),
            ],
            &states
        )
        #expect(self.pushed(batch) == ["a@1", "typing@0", "b@2", "c@3"])
        #expect(batch.newRuns.flatMap { $0.messages.map(\.clientMsgID) } == ["b", "c"])
        #expect(batch.storedRuns["si_u1_u2"]?.map(\.clientMsgID) == ["a", "b", "c"])
    }

    @Test func `a batch without stored messages touches no conversation`() throws {
        var states: [String: ConversationState] = [:]
        let batch = try self.batch([Incoming.message("typing", isStored: false)], &states)
        #expect(states.isEmpty && batch.newRuns.isEmpty && batch.storedRuns.isEmpty)
        #expect(batch.messages.count == 1)
    }

    @Test(arguments: [(1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
    func `a run is split at 100 messages`(count: Int, sizes: [Int]) throws {
        var states: [String: ConversationState] = [:]
        let batch = try self.batch((0..<count).map { Incoming.message("m\($0)") }, &states)
        #expect(batch.newRuns.map(\.messages.count) == sizes)
        #expect(batch.newRuns.map(\.lastSeq) == sizes.indices.map { Int64(sizes[..<$0].reduce(0, +)) })
        #expect(batch.newRuns.map(\.operationIDs.count) == sizes)
    }

    @Test func `a run is split before its record becomes too large`() throws {
        var states: [String: ConversationState] = [:]
        let batch = try self.batch((0..<20).map { Incoming.message("m\($0)", contentBytes: 120_000) }, &states)
        #expect(batch.newRuns.map(\.messages.count) == [7, 7, 6])
    }

    @Test func `a round holds one run of a conversation, and the earlier seqs stand in the earlier round`() throws {
        var states: [String: ConversationState] = [:]
        let messages = (0..<150).flatMap { [Incoming.message("a\($0)"), Incoming.message("b\($0)", to: "u9")] }
        let batch = try self.batch(messages, &states)
        #expect(batch.rounds.map { $0.map(\.messages.count) } == [[100, 100], [50, 50]])
        #expect(batch.rounds.map { $0.map(\.lastSeq) } == [[0, 0], [100, 100]])
    }

    @Test func `long trace ids are cut, for their list is a header of the record`() throws {
        var states: [String: ConversationState] = [:]
        let operationID = String(repeating: "o", count: 60_000)
        let incoming = try (0..<50).map { try Incoming.read(Incoming.message("m\($0)"), operationID: operationID) }
        let batch = TransferBatch(incoming, &states)
        #expect(batch.newRuns.flatMap { $0.messages.map(\.seq) } == Array(1...50))
        for run in batch.newRuns {
            let headers = PipelineHeaders(joining: run.operationIDs).kafkaHeaders
            #expect(headers.allSatisfy { ($0.value ?? []).count <= 8192 })
        }
    }
}

extension TransferBatch {
    /// The runs of all rounds.
    var newRuns: [NewRun] { self.rounds.flatMap { $0 } }
}
