import CRdkafka
import Logging
import ServerRuntime
import Synchronization
import TestKit
import Testing

@testable import Kafka

extension Result where Failure == any Error {
    /// The error of a failed call of the library.
    fileprivate var failure: KafkaError? {
        do {
            _ = try self.get()
            return nil
        } catch {
            return error as? KafkaError
        }
    }
}

/// What a body of these tests has seen.
private struct Seen: Sendable, Hashable {
    var partition: Int32
    var offset: Int64
    var generation: UInt64
}

@Suite(.timeLimit(.minutes(2))) struct ConsumerTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func consumer(_ configuration: KafkaConsumerConfiguration) throws -> KafkaConsumer {
        try KafkaConsumer(configuration, logger: Self.logger)
    }

    /// A body that reads from the committed offset, notes everything, and commits after each batch.
    private func reading(_ seen: Recorder<Seen>) -> @Sendable (KafkaPartition) async throws -> Void {
        { partition in
            try await partition.start(at: .committed)
            while let batch = try await partition.nextBatch() {
                guard let last = batch.last else { continue }
                try await partition.commit(last.offset + 1)
                seen.add(
                    batch.map {
                        Seen(partition: $0.partition, offset: $0.offset, generation: partition.generation)
                    }
                )
            }
        }
    }

    private func offsets(_ seen: [Seen], _ partition: Int32) -> [Int64] {
        seen.filter { $0.partition == partition }.map(\.offset)
    }

    @Test func `every record comes once and in order, and a second run resumes at the commit`() async throws {
        try await MockCluster.with(topics: ["t": 3]) { cluster in
            for partition in Int32(0)..<3 { try await fill(cluster, "t", partition: partition, count: 1200) }
            let first = Recorder<Seen>()
            let run = Task { try await self.consumer(cluster.consumer(["t"])).run(self.reading(first)) }
            await first.wait(for: 3600)
            run.cancel()
            try await run.value
            for partition in Int32(0)..<3 {
                #expect(self.offsets(first.elements, partition) == (0..<1200).map(Int64.init))
            }

            try await fill(cluster, "t", partition: 1, count: 10)
            let second = Recorder<Seen>()
            let again = Task { try await self.consumer(cluster.consumer(["t"])).run(self.reading(second)) }
            await second.wait(for: 10)
            again.cancel()
            try await again.value
            #expect(second.elements.map(\.offset) == (1200..<1210).map(Int64.init))
            #expect(second.elements.allSatisfy { $0.partition == 1 })
        }
    }

    @Test func `a position can be set and moved, and nothing stale follows`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await fill(cluster, "t", count: 3000)
            let done = Recorder<Int>()
            let run = Task {
                try await self.consumer(cluster.consumer(["t"])).run { partition in
                    let early = await #expect(throws: KafkaError.self) { try await partition.nextBatch() }
                    #expect(early?.code == .notStarted)
                    #expect(try await partition.committed() == nil)
                    let (low, high) = try await partition.watermarks()
                    #expect(low == 0)
                    #expect(high == 3000)
                    for start in [2000, 100, 2900, 0, 1500] as [Int64] {
                        try await partition.start(at: .offset(start))
                        for step in 0..<2 {
                            let batch = try await partition.nextBatch() ?? []
                            if step == 0 { #expect(batch.first?.offset == start) }
                            let first = batch.first?.offset ?? 0
                            #expect(batch.map(\.offset) == (first..<first + Int64(batch.count)).map(\.self))
                            if batch.last?.offset == 2999 { break }
                        }
                    }
                    try await partition.start(at: .earliest)
                    #expect(try await partition.nextBatch()?.first?.offset == 0)
                    try await partition.commit(42)
                    #expect(try await partition.committed() == 42)
                    try await partition.start(at: .committed)
                    #expect(try await partition.nextBatch()?.first?.offset == 42)
                    done.add(1)
                    while try await partition.nextBatch() != nil {}
                }
            }
            await done.wait(for: 1)
            run.cancel()
            try await run.value
        }
    }

    @Test func `an offset that the log does not hold is an error and the partition can start anew`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await fill(cluster, "t", count: 5)
            let done = Recorder<KafkaError.Code?>()
            let run = Task {
                try await self.consumer(cluster.consumer(["t"], reset: .error)).run { partition in
                    let none = await #expect(throws: KafkaError.self) { try await partition.start(at: .committed) }
                    #expect(none?.code == .noCommittedOffset)
                    try await partition.start(at: .offset(1000))
                    let error = await #expect(throws: KafkaError.self) { try await partition.nextBatch() }
                    try await partition.start(at: .earliest)
                    #expect(try await partition.nextBatch()?.count == 5)
                    done.add(error?.code)
                    while try await partition.nextBatch() != nil {}
                }
            }
            await done.wait(for: 1)
            #expect(done.elements == [.offsetOutOfRange])
            run.cancel()
            try await run.value
        }
    }

    @Test(arguments: KafkaRebalanceProtocol.allCases)
    func `a log that ends before the position is read from its begin`(proto: KafkaRebalanceProtocol) async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await fill(cluster, "t", count: 5)
            let offsets = Recorder<[Int64]>()
            var configuration = cluster.consumer(["t"])
            configuration.rebalanceProtocol = proto
            let consumer = try self.consumer(configuration)
            let run = Task {
                try await consumer.run { partition in
                    // A first position, and a later one.
                    for _ in 0..<2 {
                        try await partition.start(at: .offset(1000))
                        offsets.add(try await partition.nextBatch()?.map(\.offset) ?? [])
                    }
                }
            }
            await offsets.wait(for: 2)
            #expect(offsets.elements == [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4]])
            run.cancel()
            try await run.value
        }
    }

    @Test func `a second member takes its share after the bodies of the first have ended`() async throws {
        try await MockCluster.with(topics: ["t": 4]) { cluster in
            let working = Mutex<[Int32: Int]>([:])
            let overlaps = Atomic(0)
            let seen = Recorder<Seen>()
            let moved = Recorder<Int32>()
            let reading = self.reading(seen)
            let body: @Sendable (KafkaPartition) async throws -> Void = { partition in
                let count = working.withLock { counts in
                    counts[partition.partition, default: 0] += 1
                    return counts[partition.partition] ?? 0
                }
                if count > 1 { overlaps.add(1, ordering: .relaxed) }
                // On every path: a body that fails must fail the test, not hold it up.
                defer {
                    working.withLock { $0[partition.partition, default: 0] -= 1 }
                    moved.add(partition.partition)
                }
                try await reading(partition)
                #expect(!partition.isOwned)
                // Still ours until the body returns: the last work may be committed.
                try await Task.sleep(for: .milliseconds(300))
                if let last = seen.elements.last(where: { $0.partition == partition.partition }) {
                    do throws(KafkaError) {
                        try await partition.commit(last.offset + 1)
                    } catch {
                        // The mock refuses commits while another member joins, which Kafka does not.
                        #expect(error.code == .notOwned)
                    }
                }
            }
            for partition in Int32(0)..<4 { try await fill(cluster, "t", partition: partition, count: 10) }
            var configuration = cluster.consumer(["t"])
            // A join of the mock takes 5 seconds and may need several rounds; commits wait for its end.
            configuration.operationTimeout = .seconds(30)
            let patient = configuration
            let first = Task { try await self.consumer(patient).run(body) }
            await seen.wait(for: 40)
            let second = Task { try await self.consumer(patient).run(body) }
            await moved.wait(for: 2)
            for partition in Int32(0)..<4 { try await fill(cluster, "t", partition: partition, count: 10) }
            await seen.wait(for: 80)
            #expect(overlaps.load(ordering: .relaxed) == 0)
            for partition in Int32(0)..<4 {
                #expect(self.offsets(seen.elements, partition) == (0..<20).map(Int64.init))
            }
            first.cancel()
            try await first.value
            second.cancel()
            try await second.value
        }
    }

    @Test func `a member knows when it has joined, also without a share`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            let body: @Sendable (KafkaPartition) async throws -> Void = { partition in
                try await partition.start(at: .earliest)
                while try await partition.nextBatch() != nil {}
            }
            let first = try self.consumer(cluster.consumer(["t"]))
            // Before the run has begun, by several tasks, one of which gives up.
            let waiters = (0..<3).map { _ in Task { try await first.joined() } }
            waiters[0].cancel()
            #expect(await waiters[0].result.failure?.code == .cancelled)
            let firstRun = Task { try await first.run(body) }
            for waiter in waiters.dropFirst() { try await waiter.value }
            try await first.joined()

            let second = try self.consumer(cluster.consumer(["t"]))
            let secondRun = Task { try await second.run(body) }
            try await second.joined()
            secondRun.cancel()
            firstRun.cancel()
            try await secondRun.value
            try await firstRun.value
            let error = await #expect(throws: KafkaError.self) { try await first.joined() }
            #expect(error?.code == .closed)
        }
    }

    @Test func `who waits for a member that never joins is told when its run ends`() async throws {
        let connection = KafkaConnectionConfiguration(bootstrapServers: ["127.0.0.1:1"], clientID: "test")
        let consumer = try self.consumer(
            KafkaConsumerConfiguration(connection, groupID: "g", topics: ["t"], autoOffsetReset: .earliest)
        )
        let waiters = (0..<2).map { _ in Task { try await consumer.joined() } }
        let run = Task { try await consumer.run { _ in } }
        try await Task.sleep(for: .milliseconds(50))
        run.cancel()
        try await run.value
        for waiter in waiters { #expect(await waiter.result.failure?.code == .closed) }
    }

    @Test func `a body that outstays its partition is cancelled and cannot commit any more`() async throws {
        try await MockCluster.with(topics: ["t": 2]) { cluster in
            let started = Recorder<Int32>()
            let codes = Recorder<KafkaError.Code?>()
            var configuration = cluster.consumer(["t"])
            configuration.revocationTimeout = .milliseconds(500)
            let stubborn = configuration
            let first = Task {
                try await self.consumer(stubborn).run { partition in
                    try await partition.start(at: .earliest)
                    started.add(partition.partition)
                    while try await partition.nextBatch() != nil {}
                    // Ends by the cancellation only.
                    try? await Task.sleep(for: .seconds(60))
                    let error = await #expect(throws: KafkaError.self) { try await partition.commit(1) }
                    codes.add(error?.code)
                }
            }
            await started.wait(for: 2)
            let second = Task {
                try await self.consumer(cluster.consumer(["t"])).run { partition in
                    try await partition.start(at: .earliest)
                    while try await partition.nextBatch() != nil {}
                }
            }
            await codes.wait(for: 1)
            #expect(codes.elements == [.notOwned])
            first.cancel()
            second.cancel()
            try await first.value
            try await second.value
            #expect(codes.elements == [.notOwned, .notOwned])
        }
    }

    @Test func `a lost partition takes no commits and comes back as a new one`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await fill(cluster, "t", count: 10)
            let seen = Recorder<Seen>()
            let codes = Recorder<KafkaError.Code?>()
            let run = Task {
                try await self.consumer(cluster.consumer(["t"])).run { partition in
                    try await partition.start(at: .committed)
                    while let batch = try await partition.nextBatch() {
                        seen.add(batch.map { Seen(partition: 0, offset: $0.offset, generation: partition.generation) })
                        // The first owner is told by the group that it is a stranger.
                        guard partition.generation == 1 else { continue }
                        let unknown = RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID
                        cluster.fail(apiKey: 12, [unknown])
                    }
                    guard partition.generation == 1 else { return }
                    let error = await #expect(throws: KafkaError.self) { try await partition.commit(5) }
                    codes.add(error?.code)
                }
            }
            await codes.wait(for: 1)
            await seen.wait(for: 20)
            #expect(codes.elements == [.notOwned])
            #expect(seen.elements.filter { $0.generation == 1 }.map(\.offset) == (0..<10).map(Int64.init))
            #expect(seen.elements.filter { $0.generation == 2 }.map(\.offset) == (0..<10).map(Int64.init))
            run.cancel()
            try await run.value
        }
    }

    @Test func `a body that does not read stops the fetching at the bound`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await fill(cluster, "t", count: 3000, size: 1000, batch: 10)
            var configuration = cluster.consumer(["t"])
            configuration.queueBytesMax = 64 * 1024
            configuration.batchRecordsMax = 10
            configuration.connection.additional = ["max.partition.fetch.bytes": "32768"]
            let bounded = configuration
            let slow = Recorder<Int>()
            let run = Task {
                try await self.consumer(bounded).run { partition in
                    try await partition.start(at: .earliest)
                    var count = 0
                    while let batch = try await partition.nextBatch() {
                        #expect(batch.count <= 10)
                        #expect(partition.reader.count <= 10)
                        count += batch.count
                        if count == 10 {
                            try await Task.sleep(for: .milliseconds(1200))
                            slow.add(partition.fetchedAhead)
                        }
                        if count == 3000 { slow.add(count) }
                    }
                }
            }
            await slow.wait(for: 2)
            // 64 KiB, one more fetch of 32 KiB, and one batch in the mailbox, of records of about 1 KB.
            let ahead = slow.elements.first ?? .max
            #expect(ahead > 0)
            #expect(ahead <= 64 + 2 * 32 + 10)
            #expect(slow.elements.last == 3000)
            run.cancel()
            try await run.value
        }
    }

    @Test func `an error of a body ends run after everything is closed`() async throws {
        struct Broken: Error {}
        try await MockCluster.with(topics: ["t": 2]) { cluster in
            let ended = Recorder<Int32>()
            let both = Recorder<Int32>()
            await #expect(throws: Broken.self) {
                try await self.consumer(cluster.consumer(["t"])).run { partition in
                    if partition.partition == 1 { try await partition.start(at: .latest) }
                    both.add(partition.partition)
                    await both.wait(for: 2)
                    if partition.partition == 0 { throw Broken() }
                    #expect(try await partition.nextBatch() == nil)
                    ended.add(partition.partition)
                }
            }
            #expect(ended.elements == [1])
        }
    }

    @Test func `a consumer without a broker ends soon after its cancellation`() async throws {
        let connection = KafkaConnectionConfiguration(bootstrapServers: ["127.0.0.1:1"], clientID: "test")
        let configuration = KafkaConsumerConfiguration(
            connection,
            groupID: "g",
            topics: ["t"],
            autoOffsetReset: .earliest
        )
        for delay in [0, 200] {
            let run = Task { try await self.consumer(configuration).run { _ in } }
            try await Task.sleep(for: .milliseconds(delay))
            let start = ContinuousClock.now
            run.cancel()
            try await run.value
            #expect(start.duration(to: .now) < .seconds(7))
        }
    }

    @Test func `a consumer whose broker is gone ends within its deadlines`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await fill(cluster, "t", count: 1)
            let seen = Recorder<Int>()
            var configuration = cluster.consumer(["t"])
            configuration.operationTimeout = .seconds(1)
            configuration.leaveTimeout = .seconds(1)
            let hurried = configuration
            let run = Task {
                try await self.consumer(hurried).run { partition in
                    try await partition.start(at: .earliest)
                    seen.add(try await partition.nextBatch()?.count ?? 0)
                    cluster.setDown()
                    let error = await #expect(throws: KafkaError.self) { try await partition.commit(1) }
                    #expect(error?.isRetriable == true, "\(String(describing: error))")
                    seen.add(0)
                    #expect(try await partition.nextBatch() == nil)
                }
            }
            await seen.wait(for: 2)
            let start = ContinuousClock.now
            run.cancel()
            try await run.value
            // 1 second each for what waits for a join, for leaving and for destroying the client, at most.
            #expect(start.duration(to: .now) < .seconds(5))
        }
    }

    @Test func `the member stays in its group while its body is busy for longer than the poll interval`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await fill(cluster, "t", count: 1)
            var configuration = cluster.consumer(["t"])
            configuration.maxPollInterval = .seconds(6)
            let patient = configuration
            let done = Recorder<UInt64>()
            let run = Task {
                try await self.consumer(patient).run { partition in
                    try await partition.start(at: .committed)
                    while let batch = try await partition.nextBatch() {
                        try await Task.sleep(for: .seconds(8))
                        try await partition.commit((batch.last?.offset ?? 0) + 1)
                        done.add(partition.generation)
                    }
                }
            }
            await done.wait(for: 1)
            #expect(done.elements == [1])
            run.cancel()
            try await run.value
        }
    }
}
