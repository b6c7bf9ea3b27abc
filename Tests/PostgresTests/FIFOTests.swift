import TestKit
import Testing

@testable import Postgres

@Suite struct FIFOTests {
    @Test(arguments: [1, 2, 3]) func `it behaves as an array does`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = FIFO<Int>()
        var model: [Int] = []
        for step in 0..<5000 {
            switch random.next() % 8 {
            case 0...2:
                queue.append(step)
                model.append(step)
            case 3:
                queue.prepend(step)
                model.insert(step, at: 0)
            case 4, 5:
                let found = queue.popFirst()
                #expect(found == (model.isEmpty ? nil : model.removeFirst()))
            case 6:
                let found = queue.popLast()
                #expect(found == model.popLast())
            default:
                queue.filterInPlace { $0 % 3 != 0 }
                model.removeAll { $0 % 3 == 0 }
            }
            #expect(Array(queue) == model && queue.first == model.first && queue.last == model.last)
        }
    }
}
