import IMProtocol
import Mongo
import Testing

@testable import IMStorage

@Suite struct BlockComparisonTests {
    private func part(_ seqs: ClosedRange<Int64>, insertsBlock: Bool = false) throws -> BlockPart {
        let run = SequencedMessages(conversationID: "a", risingMessages: seqs.map { Messages.text(seq: $0) })
        var part = try #require(try BlockPart.split(run).first)
        part.insertsBlock = insertsBlock
        return part
    }

    private func identity(_ clientMsgID: String) throws -> MessageIdentity {
        try MessageIdentity(conversationID: "a", sendID: "u1", clientMsgID: clientMsgID)
    }

    private func block(_ states: [Int: SlotState]) -> [String: [SlotState]] {
        ["a:0": (0..<100).map { states[$0] ?? .free }]
    }

    @Test(arguments: [true, false]) func `an absent block is inserted`(wasInsert: Bool) throws {
        let comparison = BlockComparison(of: [try self.part(5...6, insertsBlock: wasInsert)], with: [:])
        #expect(comparison.missing.map(\.insertsBlock) == [true])
        #expect(comparison.missing.map(\.messages.count) == [2])
        #expect(comparison.unstorable.isEmpty)
    }

    @Test func `what stands in its slot is done`() throws {
        let states = [4: SlotState.held(try self.identity("c5")), 5: .held(try self.identity("c6"))]
        let comparison = BlockComparison(of: [try self.part(5...6, insertsBlock: true)], with: self.block(states))
        #expect(comparison.missing.isEmpty)
        #expect(comparison.unstorable.isEmpty)
        #expect(comparison.repeats == 2)
    }

    @Test func `only empty slots are written again, as an update`() throws {
        let states = [4: SlotState.held(try self.identity("c5")), 7: .null]
        let comparison = BlockComparison(of: [try self.part(5...8, insertsBlock: true)], with: self.block(states))
        let left = try #require(comparison.missing.first)
        #expect(!left.insertsBlock)
        #expect(left.messages.map(\.slot) == [5, 6, 7])
        #expect(left.messages.map(\.slotState) == [.free, .free, .null])
    }

    @Test func `another identity is reported and not written`() throws {
        let states = [4: SlotState.held(try self.identity("other")), 5: .malformed]
        let comparison = BlockComparison(of: [try self.part(5...7)], with: self.block(states))
        #expect(comparison.unstorable.map(\.reason) == [.slotTaken, .malformedBlock])
        #expect(comparison.unstorable.map(\.message.seq) == [5, 6])
        #expect(comparison.missing.map { $0.messages.map(\.slot) } == [[6]])
    }

    @Test func `a slot that the block does not have is malformed`() throws {
        let comparison = BlockComparison(of: [try self.part(5...5)], with: ["a:0": [.free]])
        #expect(comparison.unstorable.map(\.reason) == [.malformedBlock])
        #expect(comparison.missing.isEmpty)
    }

    @Test func `the filter of each state matches that state only`() throws {
        var part = try self.part(1...3)
        for (index, state) in [nil, SlotState.free, .null].enumerated() { part.messages[index].slotState = state }
        let filter: BSONDocument = [
            "doc_id": "a:0", "msgs.0.id": .document(["$type": "null"]),
            "msgs.1.id": .document(["$not": .document(["$type": "binData"])]),
            "msgs.1.msg": .document(["$not": .document(["$type": "object"])]), "msgs.2": .document(["$type": "null"]),
        ]
        #expect(part.filter == filter)
        guard case .document(let set)? = part.change["$set"] else {
            Issue.record("no $set")
            return
        }
        #expect(set.keys == ["conv", "msgs.0", "msgs.1.id", "msgs.1.msg", "msgs.2"])
    }

    @Test(
        arguments: [
            (["slot": "object", "id": .null, "msg": "null"], "free"), (["slot": "object", "msg": "null"], "free"),
            (["slot": "object", "msg": "missing"], "free"), (["slot": "null", "msg": "missing"], "null"),
            (["slot": "null", "id": .null, "msg": "null"], "null"),
            (["slot": "object", "msg": "object", "sender": "u1", "client": "c1"], "held"),
            (["slot": "object", "id": .null, "msg": "object", "sender": "u1", "client": "c1"], "held"),
            (["slot": "object", "id": "x", "msg": "null"], "malformed"),
            (["slot": "object", "id": .binary([1], subtype: 0), "msg": "null"], "malformed"),
            (["slot": "object", "msg": "string"], "malformed"), (["slot": "int", "msg": "missing"], "malformed"),
            ([:], "malformed"),
        ] as [(BSONDocument, String)]
    )
    func `the state of a slot is told from its summary`(summary: BSONDocument, expected: String) throws {
        let held = SlotState.held(try self.identity("c1"))
        let states: [String: SlotState] = ["free": .free, "null": .null, "malformed": .malformed, "held": held]
        #expect(SlotState(summary: .document(summary), in: "a") == states[expected])
    }

    @Test func `an identity that is there counts, whatever else the slot holds`() throws {
        let identity = try self.identity("c1")
        let summary: BSONDocument = [
            "slot": "object", "id": .binary(identity.bytes, subtype: 0), "msg": "null",
        ]
        #expect(SlotState(summary: .document(summary), in: "a") == .held(identity))
        #expect(SlotState(summary: .int32(1), in: "a") == .malformed)
    }
}
