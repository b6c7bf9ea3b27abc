import ServerRuntime
import Synchronization
import TestKit
import Testing

@testable import Mongo

@Suite struct TransactionTests {
    private struct Stop: Error {}

    /// Answers the first `count` commands of this name with an error.
    private static func failing(_ name: String, times count: Int, _ error: FakeReaction) -> FakeMongo.Reactor {
        let left = Atomic(count)
        return { command in
            guard command.name == name, left.wrappingSubtract(1, ordering: .relaxed).oldValue > 0 else { return nil }
            return error
        }
    }

    private func insert(_ client: MongoClient, _ session: MongoSession) async throws {
        try await client.collection("fake").insertOne(["_id": 1], session: session)
    }

    @Test func `a transaction starts with its first operation, has one number and is committed`() async throws {
        try await withFakeMongo { client, server in
            try await client.withTransaction { session in
                try await self.insert(client, session)
                try await self.insert(client, session)
            }
            #expect(server.names.prefix(3) == ["insert", "insert", "commitTransaction"])
            let commands = server.commands.prefix(3).map(\.document)
            #expect(commands.map { $0["startTransaction"] } == [true, nil, nil])
            #expect(commands.allSatisfy { $0["autocommit"] == false && $0["txnNumber"] == .int64(1) })
            #expect(Set(commands.map { $0["lsid"] }).count == 1)
        }
    }

    @Test func `an error of the body aborts the transaction and is thrown`() async throws {
        try await withFakeMongo { client, server in
            await #expect(throws: Stop.self) {
                try await client.withTransaction { session in
                    try await self.insert(client, session)
                    throw Stop()
                }
            }
            #expect(server.names.prefix(2) == ["insert", "abortTransaction"])
        }
    }

    @Test func `a cancelled body aborts the transaction all the same`() async throws {
        try await withFakeMongo { client, server in
            let task = Task {
                try await client.withTransaction { session in
                    try await self.insert(client, session)
                    try await Task.sleep(for: .seconds(60))
                }
            }
            let isOpen = try await eventually { server.names == ["insert"] }
            #expect(isOpen)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(server.names.prefix(2) == ["insert", "abortTransaction"])
        }
    }

    @Test func `a transient error runs the whole body again under a new number`() async throws {
        let conflict = FakeReaction.error(112, "WriteConflict", "conflict", labels: ["TransientTransactionError"])
        try await withFakeMongo(Self.failing("insert", times: 2, conflict)) { client, server in
            let runs = Atomic(0)
            try await client.withTransaction { session in
                runs.add(1, ordering: .relaxed)
                try await self.insert(client, session)
            }
            #expect(runs.load(ordering: .relaxed) == 3)
            let inserts = server.commands.filter { $0.name == "insert" }
            #expect(inserts.map { $0.document["txnNumber"] } == [1, 2, 3].map { .int64($0) })
            #expect(server.names.filter { $0 == "commitTransaction" }.count == 1)
        }
    }

    @Test func `a commit with an unknown result is repeated alone`() async throws {
        let unknown = FakeReaction.error(91, "ShutdownInProgress", "x", labels: ["UnknownTransactionCommitResult"])
        try await withFakeMongo(Self.failing("commitTransaction", times: 3, unknown)) { client, server in
            try await client.withTransaction { session in try await self.insert(client, session) }
            #expect(server.names.filter { $0 == "insert" }.count == 1)
            #expect(server.names.filter { $0 == "commitTransaction" }.count >= 4)
        }
    }

    @Test func `repeating ends at the deadline`() async throws {
        let conflict = FakeReaction.error(112, "WriteConflict", "conflict", labels: ["TransientTransactionError"])
        try await withFakeMongo(Self.failing("insert", times: .max, conflict)) { client, _ in
            let start = ContinuousClock.now
            let error = await mongoError {
                try await client.withTransaction(deadline: .after(.seconds(2))) { session in
                    try await self.insert(client, session)
                }
            }
            // The deadline strikes in a pause, or rarely in a call.
            let isConflict = error?.code == .writeConflict && error?.labels == ["TransientTransactionError"]
            #expect(isConflict || error?.code == .timeout)
            #expect(start.duration(to: .now) < .seconds(10))
        }
    }

    @Test func `a commit without an answer may have been applied`() async throws {
        try await withFakeMongo(FakeMongo.stalling("commitTransaction")) { client, _ in
            let error = await mongoError {
                try await client.withTransaction(deadline: .after(.seconds(3))) { session in
                    try await self.insert(client, session)
                }
            }
            #expect(error?.code == .timeout && error?.mayHaveBeenApplied == true)
        }
    }

    @Test func `a session keeps its client to its end and gives it back`() async throws {
        try await withFakeMongo(connectionsMax: 1) { client, server in
            try await client.withSession { session in
                let refused = await mongoError {
                    try await client.runCommand(["ping": 1], deadline: .after(.milliseconds(100)))
                }
                #expect(refused?.code == .timeout)
                // Calls of several tasks are served one after the other.
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<20 {
                        group.addTask { try await self.insert(client, session) }
                    }
                    try await group.waitForAll()
                }
            }
            try await client.runCommand(["ping": 1])
            let sessions = Set(server.commands.filter { $0.name == "insert" }.map { $0.document["lsid"] })
            #expect(sessions.count == 1)
        }
    }

    @Test func `a session is of no use after its end`() async throws {
        try await withFakeMongo { client, _ in
            let session = try await client.withSession { $0 }
            let error = await mongoError { try await self.insert(client, session) }
            #expect(error?.code == .closed)
        }
    }

    @Test func `a cursor in a session is released with it`() async throws {
        let react: FakeMongo.Reactor = { command in
            switch command.name {
            case "find": .batch("firstBatch", [["n": 0]], id: 5)
            case "getMore": .batch("nextBatch", [["n": 1]], id: 5)
            default: nil
            }
        }
        try await withFakeMongo(connectionsMax: 1, react) { client, server in
            try await client.withSession { session in
                let options = MongoFindOptions(batchSize: 1)
                let cursor = try await client.collection("fake").find([:], options: options, session: session)
                var iterator = cursor.makeAsyncIterator()
                _ = try await iterator.next()
                // Another call between two batches.
                try await self.insert(client, session)
                _ = try await iterator.next()
            }
            try await client.runCommand(["ping": 1])
            let isKilled = try await eventually { server.names.contains("killCursors") }
            #expect(isKilled)
        }
    }
}
