import IMProtocol
import Mongo
import Testing

@testable import IMStorage

@Suite struct BlockPartTests {
    private func run(_ seqs: ClosedRange<Int64>) -> SequencedMessages {
        let messages = seqs.map { Messages.text(seq: $0, createTime: 1_000_000 - $0) }
        return SequencedMessages(conversationID: "si_u1_u2", risingMessages: messages)
    }

    @Test(arguments: [
        (Int64(1)...Int64(1), [1]), (1...100, [100]), (100...101, [1, 1]), (95...310, [6, 100, 100, 10]),
        (101...200, [100]), (200...201, [1, 1]),
    ])
    func `messages are split at the borders of blocks`(seqs: ClosedRange<Int64>, sizes: [Int]) throws {
        let parts = try BlockPart.split(self.run(seqs))
        #expect(parts.map(\.messages.count) == sizes)
        #expect(parts.flatMap { $0.messages.map(\.data.seq) } == Array(seqs))
        for part in parts {
            for message in part.messages {
                #expect(part.documentID == MessageBlock.documentID("si_u1_u2", seq: message.data.seq))
                #expect(message.slot == MessageBlock.slot(of: message.data.seq))
            }
        }
    }

    @Test func `no messages give no parts`() throws {
        let empty = SequencedMessages(conversationID: "si_u1_u2", risingMessages: [])
        #expect(try BlockPart.split(empty).isEmpty)
    }

    @Test func `the filter names the block and asks that every slot of the write is empty`() throws {
        let part = try #require(try BlockPart.split(self.run(99...100)).first)
        let expected: BSONDocument = [
            "doc_id": .string("si_u1_u2:0"), "msgs.98.id": .document(["$type": .string("null")]),
            "msgs.99.id": .document(["$type": .string("null")]),
        ]
        #expect(part.filter == expected)
        let one: BSONDocument = ["doc_id": .string("si_u1_u2:0"), "msgs.99.id": .document(["$type": .string("null")])]
        #expect(part.singles.last?.filter == one)
    }

    @Test func `the change fills the slots and widens the times`() throws {
        let part = try #require(try BlockPart.split(self.run(5...7)).first)
        let change = part.change
        #expect(change.keys == ["$set", "$min", "$max"])
        #expect(change["$min"] == .document(["c0": .int64(999_993)]))
        #expect(change["$max"] == .document(["c1": .int64(999_995)]))
        guard case .document(let set) = change["$set"] else {
            Issue.record("no $set")
            return
        }
        #expect(set.keys == ["conv", "msgs.4", "msgs.5", "msgs.6"])
        #expect(set["conv"] == .string("si_u1_u2"))
        guard case .document(let slot) = set["msgs.5"] else {
            Issue.record("no slot")
            return
        }
        let identity = try MessageIdentity(conversationID: "si_u1_u2", sendID: "u1", clientMsgID: "c6")
        #expect(slot["id"] == .binary(identity.bytes, subtype: 0))
        #expect(slot["msg"] == .document(MessageDocument.encode(part.messages[1].data)))
        #expect(slot["revoke"] == .null)
        #expect(slot["del_list"] == .array([]))
        #expect(slot["is_read"] == .bool(false))
    }

    @Test(arguments: [(Int32(1), Int32(2)), (2, 2), (3, 3), (4, 4), (0, 0)])
    func `a message that was being sent is stored as sent`(status: Int32, stored: Int32) throws {
        var message = Messages.text(seq: 1)
        message.status = status
        let run = SequencedMessages(conversationID: "si_u1_u2", risingMessages: [message])
        let part = try #require(try BlockPart.split(run).first)
        guard case .document(let slot) = part.newBlock.array("msgs").first else {
            Issue.record("no slot")
            return
        }
        #expect(slot.document("msg")?.int32("status") == stored)
    }

    @Test func `a new block has 100 slots, all empty but those of the write`() throws {
        let part = try #require(try BlockPart.split(self.run(150...152)).first)
        let block = part.newBlock
        #expect(block["doc_id"] == .string("si_u1_u2:1"))
        #expect(block["conv"] == .string("si_u1_u2"))
        #expect(block["c0"] == .int64(999_848))
        #expect(block["c1"] == .int64(999_850))
        let slots = block.array("msgs")
        #expect(slots.count == 100)
        let empty: BSONDocument = [
            "id": .null, "msg": .null, "revoke": .null, "del_list": .array([]), "is_read": .bool(false),
        ]
        for (index, slot) in slots.enumerated() where !(49...51).contains(index) { #expect(slot == .document(empty)) }
        for index in 49...51 {
            guard case .document(let slot) = slots[index], let message = slot.document("msg") else {
                Issue.record("slot \(index) is empty")
                continue
            }
            #expect(try MessageDocument.decode(message) == part.messages[index - 49].data)
        }
        _ = try BSONDocument(validating: block.bytes)
    }
}
