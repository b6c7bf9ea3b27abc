import IMStorage
import Testing

@testable import IMServices

@Suite struct ReadableSeqsTests {
    struct Case: Sendable {
        var row: (min: Int64, max: Int64)?
        var position: ReadPosition?
        let expected: ClosedRange<Int64>?
    }

    @Test(arguments: [
        Case(expected: 3...20), Case(row: (0, 0), expected: 3...20), Case(row: (1, 0), expected: 3...20),
        Case(row: (5, 0), expected: 5...20), Case(row: (0, 9), expected: 3...9), Case(row: (0, 99), expected: 3...20),
        Case(position: ReadPosition(minSeq: 6, maxSeq: 8, readSeq: 99), expected: 6...8),
        Case(row: (5, 9), position: ReadPosition(minSeq: 4, maxSeq: 10), expected: 5...9),
        Case(row: (5, 9), position: ReadPosition(minSeq: 6, maxSeq: 8), expected: 6...8),
        Case(row: (5, 9), position: ReadPosition(minSeq: 10), expected: nil), Case(row: (21, 0), expected: nil),
        Case(row: (0, 2), expected: nil), Case(row: (20, 20), expected: 20...20),
    ])
    func `a reader sees what lies in all bounds`(limits: Case) {
        let row = limits.row.map { limits in
            var row = ConversationRecord(ownerUserID: "u", conversationID: "c", type: 3)
            row.minSeq = limits.min
            row.maxSeq = limits.max
            return row
        }
        #expect(ReadableSeqs.of(3...20, row: row, position: limits.position) == limits.expected)
    }
}
