import Foundation
import IMProtocol
import Mongo
import SwiftProtobuf
import TestKit
import Testing

@testable import IMStorage

@Suite struct BlockBatchTests {
    private func run(_ conversation: String, _ seqs: ClosedRange<Int64>, prefix: String = "c") -> SequencedMessages {
        let messages = seqs.map { seq in
            var message = Messages.text(seq: seq)
            message.clientMsgID = "\(prefix)\(seq)"
            return message
        }
        return SequencedMessages(conversationID: conversation, risingMessages: messages)
    }

    private func slots(_ part: BlockPart) -> [Int] {
        part.messages.map(\.slot).sorted()
    }

    @Test func `records of one conversation make one write a block`() throws {
        let bulks = try BlockBatch([self.run("a", 98...99), self.run("b", 1...2), self.run("a", 100...102)]).bulks
        let parts = try #require(bulks.first)
        #expect(bulks.count == 1)
        #expect(parts.map(\.documentID) == ["a:0", "b:0", "a:1"])
        #expect(parts.map(self.slots) == [[97, 98, 99], [0, 1], [0, 1]])
        #expect(parts.map(\.insertsBlock) == [false, true, true])
    }

    @Test func `a message that occurs twice is written once`() throws {
        let bulks = try BlockBatch([self.run("a", 1...5), self.run("a", 3...7)]).bulks
        #expect(bulks.map { $0.map(self.slots) } == [[[0, 1, 2, 3, 4, 5, 6]]])
    }

    @Test func `of two messages for one slot the first is written first`() throws {
        let bulks = try BlockBatch([self.run("a", 1...3), self.run("a", 2...4, prefix: "x")]).bulks
        #expect(bulks.map { $0.map(self.slots) } == [[[0, 1, 2, 3]], [[1, 2]]])
        #expect(bulks.last?.first?.messages.map(\.data.clientMsgID) == ["x2", "x3"])
        #expect(bulks.last?.first?.insertsBlock == false)
    }

    @Test func `a record that continues a block written by an earlier one joins its insertion`() throws {
        let bulks = try BlockBatch([self.run("a", 2...2), self.run("a", 1...1)]).bulks
        #expect(bulks.map { $0.map(\.insertsBlock) } == [[true]])
        #expect(bulks.first?.first?.newBlock.array("msgs").count == 100)
    }

    @Test func `nothing gives nothing`() throws {
        #expect(try BlockBatch([]).bulks.isEmpty)
        #expect(try BlockBatch([SequencedMessages(conversationID: "a", risingMessages: [])]).bulks.isEmpty)
    }

    @Test func `writes and bulks stay below their bounds, and every message is in one of them`() throws {
        var runs: [SequencedMessages] = []
        for conversation in 0..<8 {
            let messages = (Int64(1)...100).map { seq in
                var message = Messages.text(seq: seq)
                message.content = Data(repeating: 0x61, count: MessageRules.messageBytesMax)
                return message
            }
            runs.append(SequencedMessages(conversationID: "c\(conversation)", risingMessages: messages))
        }
        let bulks = try BlockBatch(runs).bulks
        for bulk in bulks {
            #expect(bulk.reduce(0) { $0 + $1.byteCount } <= BlockBatch.bulkBytesMax)
            #expect(bulk.allSatisfy { $0.byteCount <= BlockBatch.partBytesMax })
            #expect(Set(bulk.map(\.documentID)).count == bulk.count)
        }
        let seqs = bulks.joined().flatMap { part in part.messages.map { "\(part.conversationID) \($0.data.seq)" } }
        #expect(seqs.count == 800)
        #expect(Set(seqs).count == 800)
    }

    @Test func `a block of the largest messages that the rules allow fits into a document`() throws {
        let messages = (Int64(1)...100).map { seq in
            var message = Messages.text(seq: seq)
            message.atUserIdlist = (0..<MessageRules.atUsersMax).map { "\($0 % 10)" }
            for option in 0..<MessageRules.optionsMax { message.options["\(option)"] = true }
            message.content = Data()
            // No more than the rules allow, to the byte.
            while true {
                let bytes: [UInt8]? = try? message.serializedBytes()
                let left = MessageRules.messageBytesMax - (bytes?.count ?? 0)
                guard left > 8 else { return message }
                message.content.append(Data(repeating: 0x61, count: left - 8))
            }
        }
        let part = try #require(
            try BlockPart.split(SequencedMessages(conversationID: "si_u1_u2", risingMessages: messages)).first
        )
        let bytes = part.newBlock.bytes.count
        #expect(bytes > 12_000_000)
        #expect(bytes < 16 << 20)
        #expect(part.byteCount >= bytes - 6500)
    }
}
