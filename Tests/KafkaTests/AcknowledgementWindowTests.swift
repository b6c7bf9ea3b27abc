import TestKit
import Testing

@testable import Kafka

@Suite struct AcknowledgementWindowTests {
    @Test func `only the run of finished records from the beginning may be committed`() {
        var window = AcknowledgementWindow()
        window.handOn([10, 11, 12, 15])
        #expect(window.takeCommit() == nil)
        window.acknowledge(12)
        window.acknowledge(11)
        #expect(window.end == nil)
        #expect(window.unacknowledged == 2)
        window.acknowledge(10)
        #expect(window.end == 13)
        window.acknowledge(15)
        #expect(window.end == 16)
        #expect(window.unacknowledged == 0)
        #expect(window.width == 0)
    }

    @Test func `what was not handed on, or was acknowledged before, changes nothing`() {
        var window = AcknowledgementWindow()
        window.handOn([5, 7])
        for offset in [6, 8, 0, 7, 7] as [Int64] { window.acknowledge(offset) }
        #expect(window.end == nil)
        #expect(window.unacknowledged == 1)
        window.acknowledge(5)
        window.acknowledge(5)
        #expect(window.end == 8)
    }

    @Test func `one commit is under way at a time and one that failed is made again`() {
        var window = AcknowledgementWindow()
        window.handOn([0, 1])
        window.acknowledge(0)
        #expect(window.takeCommit() == 1)
        window.acknowledge(1)
        #expect(window.takeCommit() == nil)
        window.settle(1, isCommitted: false)
        #expect(!window.isCommitted)
        #expect(window.takeCommit() == 2)
        window.settle(2, isCommitted: true)
        #expect(window.isCommitted)
        #expect(window.takeCommit() == nil)
    }

    @Test func `an answer from before a change of position does not count`() {
        var window = AcknowledgementWindow()
        window.handOn([100])
        window.acknowledge(100)
        #expect(window.takeCommit() == 101)
        window.reset()
        #expect(window.isCommitted)
        window.handOn([3])
        window.acknowledge(3)
        #expect(window.takeCommit() == 4)
        window.settle(101, isCommitted: true)
        #expect(!window.isCommitted)
        window.settle(4, isCommitted: true)
        #expect(window.isCommitted)
    }

    @Test(arguments: Seed.corpus + [.fresh()]) func `it agrees with a set of offsets`(seed: Seed) {
        var random = seed.generator()
        var window = AcknowledgementWindow()
        var open: Set<Int64> = []
        var handedOn: [Int64] = []
        var next: Int64 = 0
        for step in 0..<20_000 {
            if Int.random(in: 0..<4, using: &random) == 0 {
                var batch: [Int64] = []
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    // Logs have gaps.
                    next += Int64.random(in: 1...3, using: &random)
                    batch.append(next)
                }
                window.handOn(batch)
                handedOn += batch
                open.formUnion(batch)
            } else {
                let offset = Int64.random(in: max(0, next - 60)...(next + 3), using: &random)
                window.acknowledge(offset)
                open.remove(offset)
            }
            // Old ones are finished some day, or the run would never grow.
            if let oldest = open.min(), oldest < next - 50 {
                window.acknowledge(oldest)
                open.remove(oldest)
            }
            guard step % 50 == 0 else { continue }
            let first = open.min() ?? .max
            #expect(window.end == handedOn.last { $0 < first }.map { $0 + 1 }, "\(seed), step \(step)")
            #expect(window.unacknowledged == open.count, "\(seed), step \(step)")
        }
    }

    @Test func `records of a log that was reset replace those before`() {
        var window = AcknowledgementWindow()
        window.handOn([97, 98, 99])
        window.acknowledge(97)
        window.handOn([100, 0, 1])
        #expect(window.unacknowledged == 2)
        #expect(window.end == nil)
        window.acknowledge(98)
        window.acknowledge(0)
        #expect(window.end == 1)
        #expect(window.takeCommit() == 1)
    }
}
