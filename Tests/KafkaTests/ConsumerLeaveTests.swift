import CRdkafka
import Kafka
import Logging
import ServerRuntime
import TestKit
import Testing

/// Members that come and go while their group changes, which is where librdkafka 2.0.2 has its worst defects.
@Suite(.serialized, .timeLimit(.minutes(1))) struct ConsumerLeaveTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Joins a group, is cancelled after `delay`, and returns how long the end took.
    private func join(_ cluster: MockCluster, group: String, leaveAfter delay: Duration) async throws -> Duration {
        var configuration = cluster.consumer(["t"], group: group)
        configuration.revocationTimeout = .seconds(1)
        configuration.leaveTimeout = .seconds(2)
        let consumer = try KafkaConsumer(configuration, logger: Self.logger)
        let run = Task {
            try await consumer.run { partition in
                try await partition.start(at: .earliest)
                while let batch = try await partition.nextBatch() {
                    guard let last = batch.last else { continue }
                    try? await partition.commit(last.offset + 1)
                }
            }
        }
        try await Task.sleep(for: delay)
        let start = ContinuousClock.now
        run.cancel()
        try await run.value
        return start.duration(to: .now)
    }

    @Test func `a member that leaves while it joins ends within its deadlines`() async throws {
        try await MockCluster.with(topics: ["t": 2]) { cluster in
            try await fill(cluster, "t", count: 5)
            // The mock's first generation begins about 3 seconds after the first member has come; slow answers make
            // every step of the join long enough to be hit by one of the members.
            cluster.setRoundTrip(milliseconds: 200)
            let delays = (0..<30).map { Duration.milliseconds(3000 + 60 * $0) }
            let ends = try await withThrowingTaskGroup(of: Duration.self) { group in
                for (index, delay) in delays.enumerated() {
                    group.addTask { try await self.join(cluster, group: "g\(index)", leaveAfter: delay) }
                }
                return try await group.reduce(into: [Duration]()) { $0.append($1) }
            }
            #expect(ends.allSatisfy { $0 < .seconds(8) }, "\(ends)")
        }
    }

    @Test func `a body whose last commit the broker refuses does not hold the group up`() async throws {
        try await MockCluster.with(topics: ["t": 2]) { cluster in
            let first = try KafkaConsumer(cluster.consumer(["t"]), logger: Self.logger)
            let ends = Recorder<(KafkaError.Code?, Duration)>()
            let running = Task {
                try await first.run { partition in
                    try await partition.start(at: .earliest)
                    while try await partition.nextBatch() != nil {}
                    guard ends.elements.isEmpty else { return }
                    // As long as this body waits the group cannot go on, and as long as it does not no commit is taken.
                    cluster.fail(apiKey: 8, Array(repeating: RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, count: 200))
                    let start = ContinuousClock.now
                    let error = await #expect(throws: KafkaError.self) { try await partition.commit(1) }
                    ends.add((error?.code, start.duration(to: .now)))
                }
            }
            try await first.joined()
            let second = try KafkaConsumer(cluster.consumer(["t"]), logger: Self.logger)
            let other = Task { try await second.run { _ in } }
            await ends.wait(for: 1)
            #expect(ends.elements.first?.0 == .notOwned)
            #expect(ends.elements.first.map { $0.1 < .seconds(3) } == true, "the bound is 1 second, of 5 for the body")
            running.cancel()
            other.cancel()
            try await running.value
            try await other.value
        }
    }

    @Test func `members that come and go in one group end within their deadlines`() async throws {
        try await MockCluster.with(topics: ["t": 4]) { cluster in
            try await fill(cluster, "t", count: 5)
            let ends = try await withThrowingTaskGroup(of: Duration.self) { group in
                for index in 0..<8 {
                    group.addTask {
                        try await Task.sleep(for: .milliseconds(400 * index))
                        return try await self.join(cluster, group: "g", leaveAfter: .milliseconds(5000 + 700 * index))
                    }
                }
                return try await group.reduce(into: [Duration]()) { $0.append($1) }
            }
            #expect(ends.allSatisfy { $0 < .seconds(8) }, "\(ends)")
        }
    }
}
