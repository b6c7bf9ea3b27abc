import Logging
import ServerRuntime
import TestKit
import Testing

@testable import Kafka

/// How fast a partition is read, and how much of it waits in memory.
@Suite(.serialized, .timeLimit(.minutes(1))) struct ConsumerFlowTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// librdkafka sleeps for a second whenever a queue was full, unless it is woken: 30 seconds for this.
    @Test func `a reader that keeps up is not held up by a small queue`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await fill(cluster, "t", count: 30_000, size: 50, batch: 500)
            var configuration = cluster.consumer(["t"])
            configuration.queueRecordsMax = 1000
            configuration.connection.additional = ["max.partition.fetch.bytes": "32768"]
            let consumer = try KafkaConsumer(configuration, logger: Self.logger)
            let times = Recorder<(Int, ContinuousClock.Instant)>()
            let run = Task {
                try await consumer.run { partition in
                    try await partition.start(at: .earliest)
                    var next: Int64 = 0
                    for try await batch in partition.batches {
                        #expect(batch.map(\.offset) == (next..<next + Int64(batch.count)).map(\.self))
                        if next == 0 { times.add((0, .now)) }
                        next += Int64(batch.count)
                        if next == 30_000 { times.add((1, .now)) }
                    }
                }
            }
            await times.wait(for: 2)
            run.cancel()
            try await run.value
            let (first, last) = (times.elements[0].1, times.elements[1].1)
            #expect(first.duration(to: last) < .seconds(12))
        }
    }

    @Test func `a log reader is not held up by its queue either`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await fill(cluster, "t", count: 60_000, batch: 2000)
            var connection = cluster.connection
            connection.additional = ["fetch.wait.max.ms": "10"]
            let reader = try KafkaLogReader(connection, logger: Self.logger)
            var next: Int64 = 0
            try await reader.read(
                topic: "t",
                partition: 0,
                from: 0,
                to: 60_000,
                deadline: .after(.seconds(20))
            ) { batch in
                #expect(batch.first?.offset == next)
                next += Int64(batch.count)
            }
            #expect(next == 60_000)
        }
    }
}
