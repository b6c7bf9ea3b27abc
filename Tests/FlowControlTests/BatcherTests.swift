import FlowControl
import Synchronization
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct BatcherTests {
    private struct Failure: Error {}

    @Test(arguments: [BatcherOptions(), BatcherOptions.openIM])
    func `records of one conversation keep their order across shards, and none is lost`(
        options: BatcherOptions
    ) async throws {
        let seen = Mutex([String: [Int]]())
        let batcher = try Batcher<Int>(options) { batch in
            await Task.yield()
            seen.withLock { $0[batch.key, default: []] += batch.elements }
        }
        async let running: Void = batcher.run()
        for element in 0..<3000 { try await batcher.put(element, key: "key\(element % 7)", byteCount: 10) }
        batcher.finish()
        try await running
        for key in 0..<7 {
            #expect(seen.withLock { $0["key\(key)"] } == Array(stride(from: key, to: 3000, by: 7)))
        }
    }

    @Test func `an idle worker takes a record at once, and what arrives meanwhile is its next batch`() async throws {
        let batches = Recorder<[Int]>()
        let gate = Recorder<Int>()
        var options = BatcherOptions()
        options.workerCount = 1
        let batcher = try Batcher<Int>(options) { batch in
            batches.add(batch.elements)
            if batch.elements == [0] { await gate.wait(for: 1) }
        }
        async let running: Void = batcher.run()
        try await batcher.put(0, key: "a", byteCount: 1)
        await batches.wait(for: 1)
        for element in 1...5 { try await batcher.put(element, key: "a", byteCount: 1) }
        gate.add(0)
        batcher.finish()
        try await running
        #expect(batches.elements == [[0], [1, 2, 3, 4, 5]])
    }

    @Test func `what is gathered is flushed when it is old enough`() async throws {
        let batches = Recorder<[Int]>()
        var options = BatcherOptions.openIM
        options.pace = .interval(.milliseconds(20))
        let batcher = try Batcher<Int>(options) { batches.add($0.elements) }
        async let running: Void = batcher.run()
        try await batcher.put(1, key: "a", byteCount: 1)
        await batches.wait(for: 1)
        #expect(batches.elements == [[1]])
        batcher.finish()
        try await running
    }

    @Test func `the end of each flush is told with its last record and its count`() async throws {
        let ends = Recorder<[Int]>()
        var options = BatcherOptions.openIM
        options.countMax = 3
        let batcher = try Batcher<Int>(options, flushFinished: { ends.add([$0, $1]) }, process: { _ in })
        async let running: Void = batcher.run()
        for element in 1...7 { try await batcher.put(element, key: "key\(element)", byteCount: 1) }
        batcher.finish()
        try await running
        #expect(ends.elements.map { $0[1] }.reduce(0, +) == 7)
        #expect(ends.elements.last == [7, ends.elements.last?[1] ?? 0])
    }

    @Test func `put waits while the bounds are reached, and goes on when a batch is done`() async throws {
        var options = BatcherOptions()
        options.pendingCountMax = 2
        let gate = Recorder<Int>()
        let taken = Recorder<Int>()
        let batcher = try Batcher<Int>(options) { _ in await gate.wait(for: 1) }
        async let running: Void = batcher.run()
        async let putting: Void = {
            for element in 0..<3 {
                try await batcher.put(element, key: "key\(element)", byteCount: 1)
                taken.add(element)
            }
        }()
        await taken.wait(for: 2)
        for _ in 0..<20 { await Task.yield() }
        #expect(taken.elements == [0, 1])
        gate.add(0)
        try await putting
        batcher.finish()
        try await running
    }

    @Test func `a cancelled put takes nothing, and lets those behind it pass`() async throws {
        var options = BatcherOptions()
        options.pendingBytesMax = 10
        let gate = Recorder<Int>()
        let seen = Recorder<Int>()
        let batcher = try Batcher<Int>(options) { batch in
            await gate.wait(for: 1)
            seen.add(batch.elements)
        }
        async let running: Void = batcher.run()
        try await batcher.put(1, key: "a", byteCount: 5)
        let large = Task { try await batcher.put(2, key: "b", byteCount: 10) }
        for _ in 0..<20 { await Task.yield() }
        large.cancel()
        let result = await large.result
        #expect(throws: BatcherError.self) { try result.get() }
        try await batcher.put(3, key: "c", byteCount: 5)
        gate.add(0)
        batcher.finish()
        try await running
        #expect(seen.elements.sorted() == [1, 3])
    }

    @Test func `an error of the work ends run, and put is refused from then on`() async throws {
        let batcher = try Batcher<Int>(BatcherOptions()) { _ in throw Failure() }
        let running = Task { try await batcher.run() }
        try await batcher.put(1, key: "a", byteCount: 1)
        let result = await running.result
        #expect(throws: Failure.self) { try result.get() }
        let error = await #expect(throws: BatcherError.self) { try await batcher.put(2, key: "a", byteCount: 1) }
        #expect(error?.code == .closed)
    }

    @Test func `a cancelled run ends those that wait for room`() async throws {
        var options = BatcherOptions()
        options.pendingCountMax = 1
        let begun = Recorder<Int>()
        let batcher = try Batcher<Int>(options) { batch in
            begun.add(batch.elements)
            try await Task.sleep(for: .seconds(3600))
        }
        let running = Task { try await batcher.run() }
        try await batcher.put(1, key: "a", byteCount: 1)
        await begun.wait(for: 1)
        let waiting = Task { try await batcher.put(2, key: "a", byteCount: 1) }
        running.cancel()
        let results = (await running.result, await waiting.result)
        #expect(throws: CancellationError.self) { try results.0.get() }
        #expect(throws: BatcherError.self) { try results.1.get() }
    }

    @Test func `a record that never fits is refused with the bound`() async throws {
        var options = BatcherOptions()
        options.pendingBytesMax = 10
        let batcher = try Batcher<Int>(options) { _ in }
        let error = await #expect(throws: BatcherError.self) { try await batcher.put(1, key: "a", byteCount: 11) }
        #expect(error?.code == .tooLarge)
        #expect(error?.description == "a record of 11 bytes; 10 may be pending in all")
    }

    @Test func `options out of range are refused by name`() {
        var options = BatcherOptions()
        options.workerCount = 0
        let refused = options
        let error = #expect(throws: BatcherError.self) { _ = try Batcher<Int>(refused) { _ in } }
        #expect(error?.description == "workerCount is 0, at least 1 is needed")
    }
}
