import Logging
import Mongo
import ServerRuntime
import Synchronization
import TestKit
import Testing

@Suite struct CloseTests {
    @Test func `the end of run fails waiting calls at once and running ones after the grace`() async throws {
        let start = Mutex(ContinuousClock.now)
        let react: FakeMongo.Reactor = FakeMongo.stalling("insert")
        let (insert, ping) = try await withFakeMongo(
            connectionsMax: 1,
            closeGrace: .milliseconds(700),
            react
        ) { client, server in
            let insert = Task { await mongoError { try await client.runCommand(["insert": 1]) } }
            let hasArrived = try await eventually { server.names.contains("insert") }
            #expect(hasArrived)
            let ping = Task { await mongoError { try await client.runCommand(["ping": 1]) } }
            try await Task.sleep(for: .milliseconds(200))
            start.withLock { $0 = .now }
            return (insert, ping)
        }
        let time = start.withLock { $0 }.duration(to: .now)
        #expect(time >= .milliseconds(690) && time < .seconds(6))
        let (running, waiting) = (await insert.value, await ping.value)
        #expect(running?.code == .closed && running?.mayHaveBeenApplied == true)
        #expect(waiting?.code == .closed && waiting?.mayHaveBeenApplied == false)
    }

    @Test func `a call that runs is finished before run returns`() async throws {
        let task = Mutex<Task<BSONDocument, any Error>?>(nil)
        let react: FakeMongo.Reactor = { command in
            command.name == "insert" ? .late(["ok": .double(1)], milliseconds: 500) : nil
        }
        try await withFakeMongo(connectionsMax: 1, react) { client, server in
            let call = Task { try await client.runCommand(["insert": "a"]) }
            task.withLock { $0 = call }
            let hasArrived = try await eventually { server.names.contains("insert") }
            #expect(hasArrived)
        }
        let reply = try await task.withLock { $0 }?.value
        #expect(reply?["ok"] == .double(1))
    }

    @Test func `a client that never ran is let go, and run ends at once when cancelled before`() async throws {
        let configuration = MongoConfiguration(uri: "mongodb://127.0.0.1:1", database: "d")
        _ = try MongoClient(configuration, logger: .init(label: "test"))
        let client = try MongoClient(configuration, logger: .init(label: "test"))
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await client.run()
        }
        try await task.value
        let error = await mongoError { try await client.runCommand(["ping": 1]) }
        #expect(error?.code == .closed)
        let second = await mongoError { try await client.run() }
        #expect(second?.code == .closed)
    }
}
