import TestKit
import Testing

@testable import IMStorage

@Suite struct MessageBlockTests {
    @Test(
        arguments: [
            (1, 0, 0), (100, 0, 99), (101, 1, 0), (200, 1, 99), (12_345, 123, 44),
            (9_223_372_036_854_775_807, 92_233_720_368_547_758, 6),
        ] as [(Int64, Int64, Int)]
    )
    func `a seq lies in one slot of one document`(seq: Int64, number: Int64, slot: Int) {
        #expect(MessageBlock.number(of: seq) == number)
        #expect(MessageBlock.slot(of: seq) == slot)
        #expect(MessageBlock.documentID("si_a_b", seq: seq) == "si_a_b:\(number)")
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `document and slot lead back to the seq`(seed: Seed) {
        var random = seed.generator()
        for _ in 0..<1000 {
            let seq = Int64.random(in: 1 ... .max, using: &random)
            let slot = MessageBlock.slot(of: seq)
            #expect((0..<100).contains(slot), "\(seed)")
            #expect(MessageBlock.number(of: seq) * MessageBlock.size + Int64(slot) + 1 == seq, "\(seed)")
        }
    }
}
