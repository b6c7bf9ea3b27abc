import Mongo
import Testing

@testable import IMStorage

@Suite struct ConversationHeadTests {
    private static let documents: [(BSONDocument, ConversationHead)] = [
        ([:], ConversationHead()),
        (
            ["max_seq": .int64(7), "min_seq": .int32(2), "create_max": .int64(9)],
            ConversationHead(maxSeq: 7, minSeq: 2, createMax: 9)
        ),
        (["max_seq": .int32(7), "floor": .int64(5)], ConversationHead(maxSeq: 7)),
        (["max_seq": .int64(5), "floor": .int64(7)], ConversationHead(maxSeq: 7)),
        (["max_seq": .null, "min_seq": "x"], ConversationHead()),
    ]

    @Test(arguments: documents)
    func `the greater of maximum and floor counts, and what is absent is zero`(
        document: BSONDocument,
        head: ConversationHead
    ) throws {
        #expect(try ConversationHead(document) == head)
    }

    @Test(arguments: [-1, Int64(1) << 53 + 1, .max, .min]) func `an impossible seq is refused`(seq: Int64) {
        let error = #expect(throws: StorageError.self) {
            try ConversationHead(["conversation_id": "si_a_b", "max_seq": .int64(seq), "floor": .int64(min(seq, 0))])
        }
        #expect(error?.description == "the head of si_a_b holds the impossible seq \(seq)")
    }
}
