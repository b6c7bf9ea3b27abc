import CRdkafka
import Logging
import ServerRuntime
import Testing

@testable import Kafka

@Suite(.serialized, .timeLimit(.minutes(1))) struct LogReaderTests {
    private func reader(_ cluster: MockCluster) throws -> KafkaLogReader {
        var connection = cluster.connection
        connection.additional = ["fetch.wait.max.ms": "10"]
        return try KafkaLogReader(connection, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func offsets(
        _ cluster: MockCluster,
        _ from: Int64,
        _ to: Int64,
        within timeout: Duration = .seconds(20)
    ) async throws -> [Int64] {
        var offsets: [Int64] = []
        let deadline = Deadline.after(timeout)
        try await self.reader(cluster).read(topic: "t", partition: 1, from: from, to: to, deadline: deadline) { batch in
            #expect(!batch.isEmpty)
            #expect(batch.count <= 500)
            offsets += batch.map(\.offset)
        }
        return offsets
    }

    @Test func `exactly the range is read`() async throws {
        try await MockCluster.with(topics: ["t": 2]) { cluster in
            try await fill(cluster, "t", partition: 1, count: 5000)
            #expect(try await self.offsets(cluster, 0, 5000) == (0..<5000).map(Int64.init))
            #expect(try await self.offsets(cluster, 17, 18) == [17])
            #expect(try await self.offsets(cluster, 1234, 2345) == (1234..<2345).map(Int64.init))
            #expect(try await self.offsets(cluster, 5, 5) == [])
        }
    }

    @Test func `watermarks and the number of partitions are known`() async throws {
        try await MockCluster.with(topics: ["t": 2]) { cluster in
            try await fill(cluster, "t", partition: 1, count: 7)
            let reader = try self.reader(cluster)
            let deadline = Deadline.after(.seconds(10))
            let range = try await reader.watermarks(topic: "t", partition: 1, deadline: deadline)
            #expect(range == (0, 7))
            #expect(try await reader.partitionCount(topic: "t", deadline: deadline) == 2)
        }
    }

    @Test func `a start that the log does not hold is an error`() async throws {
        try await MockCluster.with(topics: ["t": 2]) { cluster in
            try await fill(cluster, "t", partition: 1, count: 7)
            let error = await #expect(throws: KafkaError.self) { try await self.offsets(cluster, 100, 200) }
            #expect(error?.code == .offsetOutOfRange)
        }
    }

    @Test func `a range beyond the end waits for its records until the deadline`() async throws {
        try await MockCluster.with(topics: ["t": 2]) { cluster in
            try await fill(cluster, "t", partition: 1, count: 7)
            let error = await #expect(throws: KafkaError.self) {
                try await self.offsets(cluster, 0, 8, within: .milliseconds(500))
            }
            #expect(error?.code == .timedOut)
            async let offsets = self.offsets(cluster, 5, 8)
            try await Task.sleep(for: .milliseconds(200))
            try await fill(cluster, "t", partition: 1, count: 2)
            #expect(try await offsets == [5, 6, 7])
        }
    }

    @Test func `an error of the body ends the read`() async throws {
        struct Broken: Error {}
        try await MockCluster.with(topics: ["t": 2]) { cluster in
            try await fill(cluster, "t", partition: 1, count: 2000)
            await #expect(throws: Broken.self) {
                try await self.reader(cluster)
                    .read(topic: "t", partition: 1, from: 0, to: 2000, deadline: .after(.seconds(10))) { _ in
                        throw Broken()
                    }
            }
        }
    }

    @Test func `a cancelled read ends at once`() async throws {
        try await MockCluster.with(topics: ["t": 2]) { cluster in
            let task = Task { try await self.offsets(cluster, 0, 10) }
            try await Task.sleep(for: .milliseconds(100))
            let start = ContinuousClock.now
            task.cancel()
            let error = await #expect(throws: KafkaError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(start.duration(to: .now) < .seconds(3))
        }
    }

    @Test func `a broker that does not answer costs no more than the deadline`() async throws {
        let connection = KafkaConnectionConfiguration(bootstrapServers: ["127.0.0.1:1"], clientID: "test")
        let reader = try KafkaLogReader(connection, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let start = ContinuousClock.now
        await #expect(throws: KafkaError.self) {
            try await reader.watermarks(topic: "t", partition: 0, deadline: .after(.milliseconds(300)))
        }
        await #expect(throws: KafkaError.self) {
            try await reader.partitionCount(topic: "t", deadline: .after(.milliseconds(300)))
        }
        #expect(start.duration(to: .now) < .seconds(5))
    }
}
