import Foundation
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
        _ memory: inout PartitionMemory
    ) throws -> TransferBatch {
        try TransferBatch.of(messages.map { try Incoming.read($0) }, &memory)
    }

    private func pushed(_ batch: TransferBatch) -> [String] {
        batch.messages.map { "\($0.message.clientMsgID)@\($0.message.seq)" }
    }

    @Test func `messages get consecutive seqs in the order of the log`() throws {
        var memory = PartitionMemory(limits: TransferLimits())
        memory.open("si_u1_u2", ConversationOpening(head: ConversationHead(maxSeq: 5), newest: []))
        let batch = try self.batch([Incoming.message("a"), Incoming.message("b"), Incoming.message("c")], &memory)
        #expect(self.pushed(batch) == ["a@6", "b@7", "c@8"])
        #expect(batch.newRuns.count == 1)
        let run = try #require(batch.newRuns.first)
        #expect(run.conversationID == "si_u1_u2")
        #expect(run.lastSeq == 5)
        #expect(run.messages.map(\.seq) == [6, 7, 8])
        #expect(run.key == Array("u1_u2".utf8))
        #expect(memory["si_u1_u2"]?.maxSeq == 8)
    }

    @Test func `each conversation has its own seqs and runs, in the order of their first messages`() throws {
        var memory = PartitionMemory(limits: TransferLimits())
        let messages = [
            Incoming.message("a", to: "u9"), Incoming.message("b", to: "u2"), Incoming.message("c", to: "u9"),
        ]
        let batch = try self.batch(messages, &memory)
        #expect(self.pushed(batch) == ["a@1", "b@1", "c@2"])
        #expect(batch.newRuns.map(\.conversationID) == ["si_u1_u9", "si_u1_u2"])
        #expect(batch.newRuns.map { $0.messages.map(\.clientMsgID) } == [["a", "c"], ["b"]])
    }

    @Test func `a repeat keeps its seq, is pushed again, once, and is no new message`() throws {
        var memory = PartitionMemory(limits: TransferLimits())
        _ = try self.batch([Incoming.message("a"), Incoming.message("b")], &memory)
        let batch = try self.batch([Incoming.message("a"), Incoming.message("c"), Incoming.message("c")], &memory)
        #expect(self.pushed(batch) == ["a@1", "c@3"])
        #expect(batch.newRuns.map { $0.messages.map(\.seq) } == [[3]])
        #expect(batch.newRuns.map(\.lastSeq) == [2])
    }

    @Test func `a batch of repeats forwards nothing`() throws {
        var memory = PartitionMemory(limits: TransferLimits())
        _ = try self.batch([Incoming.message("a")], &memory)
        let batch = try self.batch([Incoming.message("a"), Incoming.message("a")], &memory)
        #expect(batch.newRuns.isEmpty)
        #expect(batch.stored("si_u1_u2").map(\.seq) == [1])
    }

    @Test func `the same client id of another sender or conversation is another message`() throws {
        var memory = PartitionMemory(limits: TransferLimits())
        let messages = [
            Incoming.message("a", from: "u1", to: "u2"), Incoming.message("a", from: "u2", to: "u1"),
            Incoming.message("a", from: "u1", to: "u3"),
        ]
        #expect(try self.pushed(self.batch(messages, &memory)) == ["a@1", "a@2", "a@1"])
    }

    @Test func `a repeat with a lower seq is published before newer messages`() throws {
        // Schedule 14: published as they came, the cache would skip one and push would turn the order.
        var memory = PartitionMemory(limits: TransferLimits())
        _ = try self.batch([Incoming.message("a"), Incoming.message("b")], &memory)
        let batch = try self.batch(
            [Incoming.message("c"), Incoming.message("b"), Incoming.message("x", to: "u9"), Incoming.message("a")],
            &memory
        )
        #expect(self.pushed(batch) == ["a@1", "b@2", "x@1", "c@3"])
        #expect(batch.stored("si_u1_u2").map(\.seq) == [1, 2, 3])
        #expect(batch.newRuns.flatMap { $0.messages.map(\.clientMsgID) } == ["c", "x"])
    }

    @Test func `what is not stored gets no seq and stays in its place`() throws {
        var memory = PartitionMemory(limits: TransferLimits())
        _ = try self.batch([Incoming.message("a")], &memory)
        let batch = try self.batch(
            [
                Incoming.message("b"), Incoming.message("typing", isStored: false), Incoming.message("a"),
                Incoming.message("c"),
            ],
            &memory
        )
        #expect(self.pushed(batch) == ["a@1", "typing@0", "b@2", "c@3"])
        #expect(batch.newRuns.flatMap { $0.messages.map(\.clientMsgID) } == ["b", "c"])
        #expect(batch.stored("si_u1_u2").map(\.clientMsgID) == ["a", "b", "c"])
    }

    @Test func `a batch without stored messages touches no conversation`() throws {
        var memory = PartitionMemory(limits: TransferLimits())
        let batch = try self.batch([Incoming.message("typing", isStored: false)], &memory)
        #expect(memory.conversationCount == 0 && batch.newRuns.isEmpty && batch.storedRuns.isEmpty)
        #expect(batch.messages.count == 1)
    }

    @Test(arguments: [(1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
    func `a run is split at 100 messages`(count: Int, sizes: [Int]) throws {
        var memory = PartitionMemory(limits: TransferLimits())
        let batch = try self.batch((0..<count).map { Incoming.message("m\($0)") }, &memory)
        #expect(batch.newRuns.map(\.messages.count) == sizes)
        #expect(batch.newRuns.map(\.lastSeq) == sizes.indices.map { Int64(sizes[..<$0].reduce(0, +)) })
        #expect(batch.newRuns.map(\.operationIDs.count) == sizes)
    }

    @Test func `a run is split before its record becomes too large`() throws {
        var memory = PartitionMemory(limits: TransferLimits())
        let batch = try self.batch((0..<20).map { Incoming.message("m\($0)", contentBytes: 120_000) }, &memory)
        #expect(batch.newRuns.map(\.messages.count) == [7, 7, 6])
    }

    @Test func `a round holds one run of a conversation, and the earlier seqs stand in the earlier round`() throws {
        var memory = PartitionMemory(limits: TransferLimits())
        let messages = (0..<150).flatMap { [Incoming.message("a\($0)"), Incoming.message("b\($0)", to: "u9")] }
        let batch = try self.batch(messages, &memory)
        #expect(batch.rounds.map { $0.map(\.messages.count) } == [[100, 100], [50, 50]])
        #expect(batch.rounds.map { $0.map(\.lastSeq) } == [[0, 0], [100, 100]])
    }

    @Test func `long trace ids are cut, for their list is a header of the record`() throws {
        var memory = PartitionMemory(limits: TransferLimits())
        let operationID = String(repeating: "o", count: 60_000)
        let incoming = try (0..<50).map { try Incoming.read(Incoming.message("m\($0)"), operationID: operationID) }
        let batch = TransferBatch.of(incoming, &memory)
        #expect(batch.newRuns.flatMap { $0.messages.map(\.seq) } == Array(1...50))
        for run in batch.newRuns {
            let headers = PipelineHeaders(joining: run.operationIDs).kafkaHeaders
            #expect(headers.allSatisfy { ($0.value ?? []).count <= 8192 })
        }
    }

    @Test func `what is new and breaks a rule is rejected, and takes no seq`() throws {
        var memory = PartitionMemory(limits: TransferLimits())
        var bad = Incoming.message("b")
        bad.content = Data()
        var typing = Incoming.message("t", isStored: false)
        typing.content = Data()
        let batch = try self.batch([Incoming.message("a"), bad, typing, Incoming.message("c")], &memory)
        #expect(self.pushed(batch) == ["a@1", "c@2"])
        #expect(batch.rejected.map(\.reason) == ["content is empty", "content is empty"])
    }

    @Test func `what has a seq keeps it, whatever the rules say now`() throws {
        var memory = PartitionMemory(limits: TransferLimits())
        _ = try self.batch([Incoming.message("a")], &memory)
        let late = try Incoming.read(Incoming.message("x"))
        let batch = TransferBatch.of(
            [try Incoming.read(Incoming.message("a")), late],
            &memory,
            found: [late.identity: 7]
        ) { _, _ in "nothing is allowed" }
        #expect(self.pushed(batch) == ["a@1", "x@7"])
        #expect(batch.rejected.isEmpty && batch.rounds.isEmpty)
    }
}
