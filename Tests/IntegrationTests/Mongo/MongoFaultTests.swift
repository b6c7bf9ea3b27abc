import Mongo
import ServerRuntime
import TestKit
import Testing

@Suite(.enabled(if: Stack.mongo.isUp, "a MongoDB server on the stack's port"))
struct MongoFaultTests {
    @Test func `a server that is not there fails the call in time and nothing was applied`() async throws {
        let limit = Duration.milliseconds(500)
        try await withMongo(uri: mongoURI(port: 1), serverSelectionTimeout: limit) { client in
            let start = ContinuousClock.now
            let error = await mongoError { try await client.collection("none").insertOne(["a": 1]) }
            #expect(error?.code == .serverSelection && error?.mayHaveBeenApplied == false)
            #expect(error?.isRetriable == true)
            #expect(start.duration(to: .now) < .seconds(5))
        }
    }

    @Test func `a stalled server fails calls at their deadline, waiting ones too`() async throws {
        let server = try SilentServer()
        defer { server.close() }
        let uri = mongoURI(port: server.port)
        try await withMongo(
            uri: uri,
            connectionsMax: 1,
            waitersMax: 1,
            connectTimeout: .seconds(2),
            serverSelectionTimeout: .seconds(9)
        ) { client in
            let start = ContinuousClock.now
            async let running = mongoError {
                try await client.runCommand(["ping": 1], deadline: .after(.seconds(4)))
            }
            try await Task.sleep(for: .milliseconds(400))
            async let waiting = mongoError {
                try await client.collection("a").insertOne(["a": 1], deadline: .after(.seconds(2)))
            }
            try await Task.sleep(for: .milliseconds(400))
            let refused = await mongoError { try await client.runCommand(["ping": 1]) }
            #expect(refused?.code == .poolExhausted)
            let (late, begun) = await (waiting, running)
            #expect(late?.code == .timeout && late?.mayHaveBeenApplied == false)
            // The server has not even said hello.
            #expect(begun?.code == .timeout && begun?.mayHaveBeenApplied == false)
            #expect(start.duration(to: .now) < .seconds(20))
        }
    }

    @Test func `a cancelled call ends at once`() async throws {
        let server = try SilentServer()
        defer { server.close() }
        let uri = mongoURI(port: server.port)
        let second = Duration.seconds(1)
        try await withMongo(uri: uri, connectTimeout: second, serverSelectionTimeout: second * 3) { client in
            let task = Task { try await client.runCommand(["ping": 1]) }
            try await Task.sleep(for: .milliseconds(100))
            let start = ContinuousClock.now
            task.cancel()
            let error = await mongoError { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(start.duration(to: .now) < .seconds(2.5), "before the server is given up")
        }
    }

    @Test func `calls after the end of run are refused`() async throws {
        let client = try await withMongo { client in
            try await client.runCommand(["ping": 1])
            return client
        }
        let error = await mongoError { try await client.runCommand(["ping": 1]) }
        #expect(error?.code == .closed)
    }
}
