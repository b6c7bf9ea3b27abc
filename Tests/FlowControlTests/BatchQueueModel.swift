import TestKit
import Testing

@testable import FlowControl

/// Drives a queue by chance and checks what comes out of it.
struct BatchQueueModel {
    private var queue: BatchQueue<Int>
    private var now: Duration = .zero
    private var running: [Int: Batch<Int>] = [:]
    private var put: [String: [Int]] = [:]
    private var done: [String: [Int]] = [:]

    init(_ options: BatcherOptions) {
        self.queue = BatchQueue(options)
    }

    func run(steps: Int, using random: inout SeededGenerator, seed: Seed) {
        var model = self
        for step in 0..<steps {
            model.step(step, using: &random, seed: seed)
        }
        model.queue.finish()
        while !model.queue.isDrained {
            let before = model.queue.pendingCount
            model.now += .milliseconds(10)
            _ = model.queue.flushIfDue(now: model.now)
            for worker in 0..<model.queue.options.workerCount {
                model.finish(worker)
                model.begin(worker, seed: seed)
                model.finish(worker)
            }
            guard model.queue.pendingCount < before else {
                Issue.record("nothing moves any more, \(seed)")
                return
            }
        }
        #expect(model.put == model.done, "\(seed)")
        #expect(model.queue.pendingBytes == 0, "\(seed)")
    }

    private mutating func step(_ step: Int, using random: inout SeededGenerator, seed: Seed) {
        let worker = Int.random(in: 0..<self.queue.options.workerCount, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0, 1:
            let size = Int.random(in: 0...20, using: &random)
            guard self.queue.hasRoom(for: size) else { return }
            let key = "key\(Int.random(in: 0..<5, using: &random))"
            self.put[key, default: []].append(step)
            _ = self.queue.add(.init(element: step, byteCount: size), key: key, now: self.now)
        case 2:
            self.now += .milliseconds(Int.random(in: 0...5, using: &random))
            _ = self.queue.flushIfDue(now: self.now)
        case 3: self.begin(worker, seed: seed)
        default: self.finish(worker)
        }
    }

    private mutating func begin(_ worker: Int, seed: Seed) {
        guard let batch = self.queue.next(worker: worker) else { return }
        #expect(self.running[worker] == nil, "worker \(worker) is busy, \(seed)")
        #expect(!self.running.values.contains { $0.key == batch.key }, "\(batch.key) is worked on, \(seed)")
        #expect(batch.elements.count <= self.queue.options.countMax, "\(seed)")
        #expect(batch.byteCount <= self.queue.options.bytesMax || batch.elements.count == 1, "\(seed)")
        self.running[worker] = batch
    }

    private mutating func finish(_ worker: Int) {
        guard let batch = self.running.removeValue(forKey: worker) else { return }
        self.done[batch.key, default: []] += batch.elements
        if let flush = self.queue.finished(batch, worker: worker) { self.queue.reported(flush) }
    }
}
