import TestKit
import Testing

@testable import Redis

@Suite struct FIFOTests {
    @Test(arguments: Seed.corpus + [.fresh()]) func `a ring agrees with an array`(seed: Seed) {
        var random = seed.generator()
        var ring = FIFO<Int>()
        var model: [Int] = []
        for step in 0..<20_000 {
            switch Int.random(in: 0..<20, using: &random) {
            case 0...10:
                ring.append(step)
                model.append(step)
            case 11...17:
                #expect(
                    ring.popFirst() == (model.isEmpty ? nil : model.removeFirst()),
                    "\(seed), step \(step)"
                )
            case 18:
                ring.updateFirst { $0 += 1 }
                if !model.isEmpty { model[0] += 1 }
            default:
                ring.filterInPlace { !$0.isMultiple(of: 3) }
                model.removeAll { $0.isMultiple(of: 3) }
            }
            #expect(ring.count == model.count && ring.first == model.first, "\(seed), step \(step)")
        }
        #expect((0..<ring.count).map { ring[$0] } == model, "\(seed)")
    }
}
