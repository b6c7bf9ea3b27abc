import Glibc
import ServerRuntime
import Synchronization
import TestKit
import Testing

@testable import Mongo

/// How many SIGPIPE came; the handler of a signal can reach globals only.
private let brokenPipes = Atomic(0)

extension MongoServerSuites {
    /// What a client takes from its process, and that it gives it back.
    @Suite(.serialized) struct MongoResourceTests {
        /// Uses a client in all its ways for a moment.
        private func use(_ port: Int, _ number: Int) async throws {
            try await withMongoClient(faultConfiguration(port, connectionsMax: 3)) { client in
                let collection = client.collection("many")
                try await client.runCommand(["ping": 1], deadline: .after(.seconds(30)))
                if number % 2 == 0 {
                    for try await _ in try await collection.find([:], options: MongoFindOptions(batchSize: 2)) { break }
                }
                if number % 3 == 0 {
                    try await client.withSession { session in
                        try await session.startTransaction()
                        try await collection.insertOne(["n": .int32(Int32(number))], session: session)
                        // Ended by the end of the session.
                    }
                }
                // Some are ended in the middle of a call.
                let pending = Task { try await collection.findAll() }
                if number % 4 == 0 { pending.cancel() }
            }
        }

        @Test func `clients leave no descriptor and no thread behind, also with a network that breaks`() async throws {
            try await MongoServerProcess.with { server in
                try await FaultProxy.with(to: server.port) { proxy in
                    try await withMongoClient(faultConfiguration(server.port)) { client in
                        _ = try await client.collection("many").insertMany((0..<50).map { ["n": .int32($0)] })
                    }
                    // The first one of all makes what lives as long as the process.
                    try await self.use(proxy.port, 0)
                    let isQuiet = try await eventually { proxy.counts.open == 0 }
                    #expect(isQuiet)
                    let before = (OwnProcess.openDescriptors(), OwnProcess.threadCount())
                    for number in 0..<10 {
                        if number % 3 == 2 { proxy.cut(afterReplyBytes: 2_000) }
                        // Cuts may make it fail, which is not the point here.
                        try? await self.use(proxy.port, number)
                    }
                    proxy.heal()
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for number in 0..<10 { group.addTask { try await self.use(proxy.port, number) } }
                        try await group.waitForAll()
                    }
                    var now = (0, 0)
                    let isClean = try await eventually(within: .seconds(20)) {
                        now = (OwnProcess.openDescriptors(), OwnProcess.threadCount())
                        return now.0 <= before.0 && now.1 <= before.1 && proxy.counts.open == 0
                    }
                    #expect(isClean, "descriptors and threads before \(before), now \(now), \(proxy.counts)")
                }
            }
        }

        @Test func `hundreds of calls that are cancelled under load leave the pool whole`() async throws {
            try await MongoServerProcess.with { server in
                try await withMongoClient(faultConfiguration(server.port, connectionsMax: 3)) { client in
                    let journal = WriteJournal()
                    let collection = client.collection("numbers")
                    for _ in 0..<4 {
                        let calls = (0..<150).map { _ in
                            Task { await journal.insert(into: collection, within: .seconds(20)) }
                        }
                        let cursors = (0..<20).map { _ in
                            Task { for try await _ in try await collection.find() {} }
                        }
                        try await Task.sleep(for: .milliseconds(30))
                        let start = ContinuousClock.now
                        for call in calls { call.cancel() }
                        for cursor in cursors { cursor.cancel() }
                        for call in calls {
                            let error = await call.value
                            #expect(error == nil || error?.code == .cancelled)
                        }
                        for cursor in cursors { _ = await cursor.result }
                        #expect(start.duration(to: .now) < .seconds(8))
                    }
                    _ = try await collection.countDocuments(deadline: .after(.seconds(20)))
                    let isWhole = try await eventually { client.clientsInUse == 0 }
                    #expect(isWhole)
                    #expect(journal.codes[.cancelled, default: 0] > 100)
                    try await journal.check(collection)
                }
            }
        }

        @Test func `connections that break while they are written raise no SIGPIPE`() async throws {
            try await MongoServerProcess.with { server in
                try await FaultProxy.with(to: server.port) { proxy in
                    try await withMongoClient(faultConfiguration(proxy.port)) { client in
                        let collection = client.collection("large")
                        let document: BSONDocument = ["text": .string(String(repeating: "x", count: 300_000))]
                        try await collection.insertOne(document, deadline: .after(.seconds(30)))
                        brokenPipes.store(0, ordering: .relaxed)
                        signal(SIGPIPE) { _ in brokenPipes.add(1, ordering: .relaxed) }
                        defer { signal(SIGPIPE, SIG_IGN) }
                        for number in 0..<20 {
                            if number % 2 == 0 {
                                proxy.cut(afterRequestBytes: 10_000 * number)
                            } else {
                                proxy.apply(.halfClose(.requests))
                                proxy.apply(.reset)
                            }
                            _ = await mongoError {
                                try await collection.insertOne(document, deadline: .after(.seconds(5)))
                            }
                        }
                        #expect(brokenPipes.load(ordering: .relaxed) == 0)
                        #expect(proxy.counts.broken > 5)
                    }
                }
            }
        }
    }
}
