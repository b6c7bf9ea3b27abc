import ServerRuntime
import Synchronization
import TestKit
import Testing

@testable import Mongo

/// A cursor holds the only client of its pool: a call that gets through after it shows that it is back.
@Suite struct CursorReleaseTests {
    private struct Stop: Error {}

    /// Batches of two documents, without end unless `last` says so.
    private static func batches(last: Int = .max) -> FakeMongo.Reactor {
        let count = Atomic(0)
        return { command in
            switch command.name {
            case "find": .batch("firstBatch", [["n": 0], ["n": 1]], id: 77)
            case "getMore":
                count.wrappingAdd(1, ordering: .relaxed).newValue >= last
                    ? .batch("nextBatch", [["n": 9]], id: 0) : .batch("nextBatch", [["n": 2], ["n": 3]], id: 77)
            default: nil
            }
        }
    }

    private func open(_ client: MongoClient, deadline: Deadline? = nil) async throws -> MongoCursor<BSONDocument> {
        try await client.collection("fake").find([:], options: MongoFindOptions(batchSize: 2), deadline: deadline)
    }

    private func expectRelease(_ client: MongoClient, _ server: FakeMongo, kills: Int = 1) async throws {
        try await client.runCommand(["ping": 1], deadline: .after(.seconds(5)))
        let isKilled = try await eventually { server.names.filter { $0 == "killCursors" }.count == kills }
        #expect(isKilled, "\(server.names)")
        #expect(client.engine.state.withLock { $0.pool.usedCount } == 0)
    }

    @Test func `the end of the documents`() async throws {
        try await withFakeMongo(connectionsMax: 1, Self.batches(last: 3)) { client, server in
            var numbers: [Int] = []
            for try await document in try await self.open(client) {
                numbers.append(try document.decode("n", as: Int.self))
            }
            #expect(numbers == [0, 1, 2, 3, 2, 3, 9])
            try await self.expectRelease(client, server, kills: 0)
        }
    }

    @Test func `a break`() async throws {
        try await withFakeMongo(connectionsMax: 1, Self.batches()) { client, server in
            let cursor = try await self.open(client)
            for try await document in cursor where document["n"] == 2 { break }
            try await self.expectRelease(client, server)
            _ = cursor
        }
    }

    @Test func `an error in the body`() async throws {
        try await withFakeMongo(connectionsMax: 1, Self.batches()) { client, server in
            await #expect(throws: Stop.self) {
                for try await _ in try await self.open(client) { throw Stop() }
            }
            try await self.expectRelease(client, server)
        }
    }

    @Test func `a cursor that is never iterated and let go`() async throws {
        try await withFakeMongo(connectionsMax: 1, Self.batches()) { client, server in
            _ = try await self.open(client)
            try await self.expectRelease(client, server)
        }
    }

    @Test func `close, also twice and beside an iterator`() async throws {
        try await withFakeMongo(connectionsMax: 1, Self.batches()) { client, server in
            let cursor = try await self.open(client)
            var iterator = cursor.makeAsyncIterator()
            _ = try await iterator.next()
            await cursor.close()
            await cursor.close()
            try await self.expectRelease(client, server)
            var rest = 0
            while try await iterator.next() != nil { rest += 1 }
            // What had been fetched already.
            #expect(rest <= 1)
        }
    }

    @Test func `cancellation between two batches`() async throws {
        try await withFakeMongo(connectionsMax: 1, Self.batches()) { client, server in
            let task = Task {
                for try await _ in try await self.open(client) {
                    try await Task.sleep(for: .seconds(60))
                }
            }
            let isOpen = try await eventually { server.names.contains("find") }
            #expect(isOpen)
            task.cancel()
            _ = await task.result
            try await self.expectRelease(client, server)
        }
    }

    @Test func `cancellation while a batch is fetched`() async throws {
        let react: FakeMongo.Reactor = { command in
            command.name == "getMore" ? .stall : Self.batches()(command)
        }
        try await withFakeMongo(connectionsMax: 1, react) { client, server in
            let task = Task {
                for try await _ in try await self.open(client) {}
            }
            let isFetching = try await eventually { server.names.contains("getMore") }
            #expect(isFetching)
            task.cancel()
            let error = await mongoError { try await task.value }
            #expect(error?.code == .cancelled)
            // The connection is gone, and with it the server's reason to keep the cursor.
            try await client.runCommand(["ping": 1], deadline: .after(.seconds(5)))
            #expect(client.engine.state.withLock { $0.pool.usedCount } == 0)
        }
    }

    @Test func `the server goes away`() async throws {
        let react: FakeMongo.Reactor = { command in
            command.name == "getMore" ? .close : Self.batches()(command)
        }
        try await withFakeMongo(connectionsMax: 1, uriOptions: "&retryReads=false", react) { client, _ in
            let error = await mongoError {
                for try await _ in try await self.open(client) {}
            }
            #expect(error?.code == .network && error?.mayHaveBeenApplied == false)
            try await client.runCommand(["ping": 1], deadline: .after(.seconds(5)))
            #expect(client.engine.state.withLock { $0.pool.usedCount } == 0)
        }
    }

    @Test func `an error of the server`() async throws {
        let react: FakeMongo.Reactor = { command in
            command.name == "getMore" ? .error(43, "CursorNotFound", "cursor id 77 not found") : Self.batches()(command)
        }
        try await withFakeMongo(connectionsMax: 1, react) { client, _ in
            let error = await mongoError {
                for try await _ in try await self.open(client) {}
            }
            #expect(error?.code == .cursorNotFound && error?.serverCodeName == "CursorNotFound")
            try await client.runCommand(["ping": 1], deadline: .after(.seconds(5)))
            #expect(client.engine.state.withLock { $0.pool.usedCount } == 0)
        }
    }

    @Test func `the deadline of the whole cursor`() async throws {
        let react: FakeMongo.Reactor = { command in
            command.name == "getMore"
                ? .late(
                    ["cursor": ["id": .int64(77), "ns": "test.fake", "nextBatch": [["n": 1]]], "ok": 1],
                    milliseconds: 100
                )
                : Self.batches()(command)
        }
        try await withFakeMongo(connectionsMax: 1, react) { client, _ in
            let start = ContinuousClock.now
            let error = await mongoError {
                for try await _ in try await self.open(client, deadline: .after(.milliseconds(600))) {}
            }
            #expect(error?.code == .timeout)
            #expect(start.duration(to: .now) < .seconds(3))
            try await client.runCommand(["ping": 1], deadline: .after(.seconds(5)))
        }
    }

    @Test func `a client that ends closes cursors that are still held`() async throws {
        let kept = Mutex<MongoCursor<BSONDocument>?>(nil)
        let server = try await withFakeMongo(connectionsMax: 1, Self.batches()) { client, server in
            let cursor = try await self.open(client)
            kept.withLock { $0 = cursor }
            return server
        }
        #expect(server.names.contains("killCursors"))
        guard let cursor = kept.withLock({ $0 }) else { return }
        let error = await mongoError { try await cursor.collect(atMost: 100) }
        #expect(error?.code == .closed)
    }

    @Test func `more documents than allowed are an error and the cursor is released`() async throws {
        try await withFakeMongo(connectionsMax: 1, Self.batches()) { client, server in
            let error = await mongoError { try await self.open(client).collect(atMost: 7) }
            #expect(error?.code == .tooManyDocuments)
            try await self.expectRelease(client, server)
        }
    }
}
