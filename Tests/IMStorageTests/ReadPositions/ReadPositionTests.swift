import Mongo
import Testing

@testable import IMStorage

@Suite struct ReadPositionTests {
    private static let documents: [(BSONDocument, ReadPosition)] = [
        ([:], ReadPosition()),
        (
            ["min_seq": .int32(2), "max_seq": .int64(8), "read_seq": .int32(5)],
            ReadPosition(minSeq: 2, maxSeq: 8, readSeq: 5)
        ),
        (["min_seq": .int64(-2), "max_seq": .null, "read_seq": "x"], ReadPosition()),
    ]

    @Test(arguments: documents)
    func `a stored position is read with what it has`(document: BSONDocument, position: ReadPosition) {
        #expect(ReadPosition(document) == position)
    }

    @Test(
        arguments: [
            (0, 0, 0, 10, 1...10), (0, 0, 4, 10, 4...10), (6, 0, 4, 10, 6...10), (0, 8, 0, 10, 1...8),
            (0, 12, 0, 10, 1...10), (11, 0, 0, 10, nil), (9, 8, 0, 10, nil), (0, 0, 11, 10, nil), (0, 0, 0, 0, nil),
        ] as [(Int64, Int64, Int64, Int64, ClosedRange<Int64>?)]
    )
    func `a user may read what both the conversation and the user's own bounds allow`(
        minSeq: Int64,
        maxSeq: Int64,
        headMin: Int64,
        headMax: Int64,
        readable: ClosedRange<Int64>?
    ) {
        let head = ConversationHead(maxSeq: headMax, minSeq: headMin)
        #expect(ReadPosition(minSeq: minSeq, maxSeq: maxSeq).readable(of: head) == readable)
    }
}
