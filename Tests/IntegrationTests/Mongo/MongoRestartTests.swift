import Foundation
import Glibc
import Mongo
import ServerRuntime
import TestKit
import Testing

/// Starts a stand-in of its own, from where the stack's script installs it.
@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"))
struct MongoRestartTests {
    @Test func `a stopped server fails calls in time and they work again after its start`() async throws {
        let program =
            environment("SECANTUSD") ?? "\(FileManager.default.currentDirectoryPath)/.dev/venv/bin/secantusd-py"
        let folder = "/tmp/mongo-test-\(UInt64.random(in: 0 ... .max))"
        let port = LoopbackPort.free()
        let start = """
            mkdir -p \(folder)
            \(program) --host 127.0.0.1 --port \(port) --storage-path \(folder) --log-level WARNING --sync-on-commit \
            >\(folder)/log 2>&1 & echo $! >\(folder)/pid
            """
        let stop = "kill -9 $(cat \(folder)/pid)"
        try await Shell.run(start)
        do {
            let uri = mongoURI(port: port)
            try await withMongo(uri: uri, connectionsMax: 2, serverSelectionTimeout: .seconds(5)) { client in
                let collection = client.collection("kept")
                try await collection.insertOne(["_id": 1])
                try await Shell.run(stop)
                let begin = ContinuousClock.now
                let error = await mongoError {
                    try await collection.insertOne(["_id": 2], deadline: .after(.seconds(1)))
                }
                #expect(error?.isRetriable == true)
                #expect(begin.duration(to: .now) < .seconds(2))
                try await Shell.run(start)
                // The first tries may still meet the time in which the server is away.
                for _ in 0..<10 where await mongoError({ try await collection.countDocuments() }) != nil {}
                let kept = try await collection.findOne(["_id": 1])
                #expect(kept == ["_id": 1])
            }
        } catch {
            // Not running any more when the test failed in between.
            try? await Shell.run("\(stop) || true; rm -rf \(folder)")
            throw error
        }
        try await Shell.run("\(stop) || true; rm -rf \(folder)")
    }
}
