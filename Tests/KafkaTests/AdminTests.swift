import CRdkafka
import Logging
import ServerRuntime
import Testing

@testable import Kafka

/// Against the mock cluster, which answers questions about topics but knows no admin requests.
@Suite(.serialized, .timeLimit(.minutes(1))) struct AdminTests {
    private static let logger = Logger(label: "test")

    private func withAdmin(
        _ connection: KafkaConnectionConfiguration,
        _ body: (KafkaAdmin) async throws -> Void
    ) async throws {
        let admin = try KafkaAdmin(connection, logger: Self.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await admin.run() }
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(admin))
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            try await group.waitForAll()
            try result.get()
        }
    }

    private func error(_ body: () async throws -> Void) async -> KafkaError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? KafkaError
        }
    }

    private var nowhere: KafkaConnectionConfiguration {
        KafkaConnectionConfiguration(bootstrapServers: ["127.0.0.1:1"], clientID: "test")
    }

    @Test func `topics are listed and described`() async throws {
        try await MockCluster.with(brokers: 2, topics: ["a": 2, "b": 3]) { cluster in
            try await fill(cluster, "a", partition: 1, count: 5)
            try await self.withAdmin(cluster.connection) { admin in
                let deadline = Deadline.after(.seconds(20))
                #expect(
                    try await admin.listTopics(deadline: deadline)
                        == [.init(name: "a", partitionCount: 2), .init(name: "b", partitionCount: 3)]
                )
                let described = try await admin.describeTopics(["a", "b"], withWatermarks: true, deadline: deadline)
                #expect(try described["a"]?.get().partitions.map(\.watermarks) == [0..<0, 0..<5])
                #expect(try described["b"]?.get().partitions.count == 3)
                #expect(try await admin.describeCluster(deadline: deadline).brokers.map(\.id) == [1, 2])
            }
        }
    }

    @Test func `a question that the broker does not answer ends at its deadline`() async throws {
        try await MockCluster.with(topics: ["a": 1]) { cluster in
            try await self.withAdmin(cluster.connection) { admin in
                _ = try await admin.listTopics(deadline: .after(.seconds(20)))
                cluster.setRoundTrip(milliseconds: 30_000)
                let began = ContinuousClock.now
                let listing = await self.error { _ = try await admin.listTopics(deadline: .after(.milliseconds(300))) }
                #expect(listing?.code == .timedOut)
                #expect(listing?.mayHaveBeenApplied == false)
                let creation = await self.error {
                    _ = try await admin.createTopics([KafkaNewTopic("n")], deadline: .after(.milliseconds(300)))
                }
                #expect(creation?.code == .timedOut)
                #expect(creation?.mayHaveBeenApplied == true)
                #expect(ContinuousClock.now - began < .seconds(10))
                cluster.setRoundTrip(milliseconds: 0)
            }
        }
    }

    @Test func `without a broker every call ends at its deadline`() async throws {
        try await self.withAdmin(self.nowhere) { admin in
            let began = ContinuousClock.now
            let id = KafkaTopicPartition(topic: "t", partition: 0)
            func soon() -> Deadline { .after(.milliseconds(200)) }
            let calls: [(String, () async throws -> Void)] = [
                ("create", { _ = try await admin.createTopics([KafkaNewTopic("t")], deadline: soon()) }),
                ("delete", { _ = try await admin.deleteTopics(["t"], deadline: soon()) }),
                ("partitions", { _ = try await admin.addPartitions(["t": 2], deadline: soon()) }),
                ("list", { _ = try await admin.listTopics(deadline: soon()) }),
                ("describe", { _ = try await admin.describeTopics(["t"], deadline: soon()) }),
                ("configs", { _ = try await admin.describeConfigs([.topic("t")], deadline: soon()) }),
                ("broker", { _ = try await admin.describeConfigs([.broker(1)], deadline: soon()) }),
                ("cluster", { _ = try await admin.describeCluster(deadline: soon()) }),
                ("groups", { _ = try await admin.listGroups(deadline: soon()) }),
                ("group", { _ = try await admin.describeGroups(["g"], deadline: soon())["g"]?.get() }),
                ("offsets", { _ = try await admin.groupOffsets("g", deadline: soon()) }),
                ("alter", { try await admin.alterGroupOffsets("g", [id: 1], deadline: soon())[id]?.get() }),
                ("lag", { _ = try await admin.groupLag("g", deadline: soon()) }),
                ("watermarks", { _ = try await admin.watermarks(of: [id], deadline: soon())[id]?.get() }),
                ("times", { _ = try await admin.offsets(forTimes: [id: 1], deadline: soon())[id]?.get() }),
                ("records", { _ = try await admin.deleteRecords(before: [id: 1], deadline: soon())[id]?.get() }),
                ("delete group", { try await admin.deleteGroups(["g"], deadline: soon())["g"]?.get() }),
            ]
            for (name, call) in calls {
                let error = await self.error(call)
                #expect([.timedOut, .unavailable].contains(error?.code), "\(name): \(String(describing: error))")
            }
            #expect(ContinuousClock.now - began < .seconds(30))
        }
    }

    @Test func `a cancelled call ends at once and tells that it may have been applied`() async throws {
        try await self.withAdmin(self.nowhere) { admin in
            for isChange in [true, false] {
                let call = Task { () -> KafkaError? in
                    do throws(KafkaError) {
                        let deadline = Deadline.after(.seconds(8))
                        if isChange {
                            _ = try await admin.createTopics([KafkaNewTopic("t")], deadline: deadline)
                        } else {
                            _ = try await admin.listTopics(deadline: deadline)
                        }
                        return nil
                    } catch {
                        return error
                    }
                }
                try await Task.sleep(for: .milliseconds(100))
                let began = ContinuousClock.now
                call.cancel()
                let error = await call.value
                #expect(error?.code == .cancelled)
                #expect(error?.mayHaveBeenApplied == isChange)
                #expect(ContinuousClock.now - began < .seconds(4))
            }
        }
    }

    @Test func `closing ends the calls that wait`() async throws {
        let admin = try KafkaAdmin(self.nowhere, logger: Self.logger)
        let run = Task { try await admin.run() }
        async let waiting = self.error {
            _ = try await admin.createTopics([KafkaNewTopic("t")], deadline: .after(.seconds(50)))
        }
        try await Task.sleep(for: .milliseconds(200))
        run.cancel()
        try await run.value
        #expect(await waiting?.code == .closed)
        let late = await self.error { _ = try await admin.listTopics(deadline: .after(.seconds(5))) }
        #expect(late?.code == .closed)
    }

    @Test func `a call without run ends at its deadline`() async throws {
        let admin = try KafkaAdmin(self.nowhere, logger: Self.logger)
        let error = await self.error { _ = try await admin.listTopics(deadline: .after(.milliseconds(50))) }
        #expect(error?.code == .notRunning)
    }

    @Test func `questions beyond the limit are refused`() async throws {
        try await self.withAdmin(self.nowhere) { admin in
            let codes = await withTaskGroup(of: KafkaError.Code?.self) { group in
                for _ in 0..<(AdminSession.blockingCallsMax + 6) {
                    group.addTask {
                        await self.error { _ = try await admin.listTopics(deadline: .after(.seconds(2))) }?.code
                    }
                }
                return await group.reduce(into: [KafkaError.Code?]()) { $0.append($1) }
            }
            #expect(codes.count { $0 == .queueFull } == 6)
        }
    }

    @Test func `arguments that cannot be right are refused by name`() async throws {
        try await self.withAdmin(self.nowhere) { admin in
            let deadline = Deadline.after(.seconds(5))
            let negative = KafkaTopicPartition(topic: "t", partition: -1)
            let id = KafkaTopicPartition(topic: "t", partition: 0)
            let calls: [() async throws -> Void] = [
                { _ = try await admin.createTopics([KafkaNewTopic("t", partitions: 0)], deadline: deadline) },
                { _ = try await admin.createTopics([KafkaNewTopic("t", replication: -1)], deadline: deadline) },
                { _ = try await admin.createTopics([KafkaNewTopic("a"), KafkaNewTopic("a")], deadline: deadline) },
                { _ = try await admin.deleteTopics(["t\u{0}x"], deadline: deadline) },
                { _ = try await admin.describeTopics([""], deadline: deadline) },
                { _ = try await admin.addPartitions(["t": -3], deadline: deadline) },
                { _ = try await admin.watermarks(of: [negative], deadline: deadline) },
                { _ = try await admin.offsets(forTimes: [id: -1], deadline: deadline) },
                { _ = try await admin.deleteRecords(before: [id: -5], deadline: deadline) },
                { _ = try await admin.alterGroupOffsets("g", [id: -5], deadline: deadline) },
                { _ = try await admin.groupOffsets("", deadline: deadline) },
            ]
            for (index, call) in calls.enumerated() {
                let error = await self.error(call)
                #expect(error?.code == .invalidArgument, "call \(index)")
            }
        }
    }

    @Test func `nothing to do is done at once`() async throws {
        let admin = try KafkaAdmin(self.nowhere, logger: Self.logger)
        let deadline = Deadline.after(.seconds(5))
        #expect(try await admin.createTopics([], deadline: deadline).isEmpty)
        #expect(try await admin.deleteTopics([], deadline: deadline).isEmpty)
        #expect(try await admin.describeGroups([], deadline: deadline).isEmpty)
        #expect(try await admin.watermarks(of: [], deadline: deadline).isEmpty)
    }
}
