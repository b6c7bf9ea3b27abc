import TestKit
import Testing

@testable import FlowControl

@Suite struct BatchQueueTests {
    private func queue(_ change: (inout BatcherOptions) -> Void) -> BatchQueue<Int> {
        var options = BatcherOptions()
        change(&options)
        return BatchQueue(options)
    }

    @Test(arguments: [1, 2, 127, 128])
    func `a batch never exceeds its record limit`(limit: Int) {
        var queue = self.queue { $0.countMax = limit }
        for element in 0..<300 { _ = queue.add(.init(element: element, byteCount: 1), key: "a", now: .zero) }
        let worker = KeyShard.index(of: "a", workerCount: 50)
        var seen: [Int] = []
        while let batch = queue.next(worker: worker) {
            #expect(batch.elements.count <= limit)
            seen += batch.elements
            _ = queue.finished(batch, worker: worker)
        }
        #expect(seen == Array(0..<300))
        #expect(queue.pendingCount == 0 && queue.pendingBytes == 0)
    }

    @Test func `a batch never exceeds its bytes, and a larger record goes alone`() {
        var queue = self.queue {
            $0.bytesMax = 10
            $0.workerCount = 1
        }
        for (element, size) in [4, 6, 1, 25, 9].enumerated() {
            _ = queue.add(.init(element: element, byteCount: size), key: "a", now: .zero)
        }
        var batches: [[Int]] = []
        while let batch = queue.next(worker: 0) {
            batches.append(batch.elements)
            _ = queue.finished(batch, worker: 0)
        }
        #expect(batches == [[0, 1], [2], [3], [4]])
    }

    @Test func `records are flushed by their age, counted from the oldest`() {
        var queue = self.queue { $0.pace = .interval(.milliseconds(100)) }
        _ = queue.add(.init(element: 1, byteCount: 1), key: "a", now: .milliseconds(30))
        _ = queue.add(.init(element: 2, byteCount: 1), key: "b", now: .milliseconds(129))
        #expect(queue.flushTime == .milliseconds(130))
        #expect(queue.flushIfDue(now: .milliseconds(129)).isEmpty)
        #expect(queue.flushIfDue(now: .milliseconds(130)).count == 2)
        #expect(queue.flushTime == nil)
    }

    @Test func `records are flushed by their number and by their bytes before they are old`() {
        var byCount = self.queue {
            $0.pace = .interval(.seconds(1))
            $0.countMax = 2
        }
        _ = byCount.add(.init(element: 1, byteCount: 1), key: "a", now: .zero)
        #expect(byCount.flushIfDue(now: .zero).isEmpty)
        _ = byCount.add(.init(element: 2, byteCount: 1), key: "a", now: .zero)
        #expect(byCount.flushIfDue(now: .zero) == [KeyShard.index(of: "a", workerCount: 50)])

        var byBytes = self.queue {
            $0.pace = .interval(.seconds(1))
            $0.bytesMax = 100
        }
        _ = byBytes.add(.init(element: 1, byteCount: 100), key: "a", now: .zero)
        #expect(!byBytes.flushIfDue(now: .zero).isEmpty)
    }

    @Test func `a flush waits for the one before it when it should, and tells its last record and count`() throws {
        var queue = self.queue {
            $0.pace = .interval(.milliseconds(100))
            $0.countMax = 1
            $0.waitsForFlush = true
            $0.workerCount = 1
        }
        _ = queue.add(.init(element: 1, byteCount: 1), key: "a", now: .zero)
        #expect(queue.flushIfDue(now: .zero) == [0])
        _ = queue.add(.init(element: 2, byteCount: 1), key: "b", now: .zero)
        #expect(queue.flushIfDue(now: .seconds(9)).isEmpty)
        let next = queue.next(worker: 0)
        let ended = try queue.finished(#require(next), worker: 0)
        let flush = try #require(ended)
        #expect(flush.last == 1 && flush.count == 1)
        #expect(queue.flushIfDue(now: .seconds(9)).isEmpty, "its end has not been told yet")
        queue.reported(flush)
        #expect(queue.flushIfDue(now: .seconds(9)) == [0])
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `under any order of events a key's records come once, in order, and from one worker at a time`(seed: Seed) {
        var random = seed.generator()
        for _ in 0..<200 {
            var options = BatcherOptions()
            options.countMax = Int.random(in: 1...20, using: &random)
            options.bytesMax = Int.random(in: 1...50, using: &random)
            options.workerCount = Int.random(in: 1...4, using: &random)
            options.pace = Bool.random(using: &random) ? .adaptive : .interval(.milliseconds(10))
            options.waitsForFlush = Bool.random(using: &random)
            BatchQueueModel(options).run(steps: 300, using: &random, seed: seed)
        }
    }
}
