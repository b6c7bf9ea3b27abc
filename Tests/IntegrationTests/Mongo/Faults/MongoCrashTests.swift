import ServerRuntime
import TestKit
import Testing

@testable import Mongo

extension MongoServerSuites {
    /// Servers that are killed, restarted and stopped while they are used.
    @Suite(.serialized) struct MongoCrashTests {
        private func withServer(
            connectionsMax: Int = 4,
            _ body: (MongoClient, MongoServerProcess) async throws -> Void
        ) async throws {
            try await MongoServerProcess.with { server in
                try await withMongoClient(faultConfiguration(server.port, connectionsMax: connectionsMax)) { client in
                    try await client.runCommand(["ping": 1], deadline: .after(.seconds(30)))
                    try await body(client, server)
                }
            }
        }

        /// Inserts from many tasks while `body` runs.
        private func underLoad(
            _ journal: WriteJournal,
            _ collection: MongoCollection,
            _ body: () async throws -> Void
        ) async throws {
            let load = LoadState()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        while !load.isOver {
                            let error = await journal.insert(into: collection, within: .seconds(3))
                            // A server that is away needs no calls in their thousands.
                            if error != nil { try await Task.sleep(for: .milliseconds(20)) }
                        }
                    }
                }
                defer { load.end() }
                try await body()
            }
        }

        @Test func `what was acknowledged is there after kills under load, what was refused is not`() async throws {
            try await self.withServer { client, server in
                let journal = WriteJournal()
                let collection = client.collection("numbers")
                try await self.underLoad(journal, collection) {
                    for _ in 0..<3 {
                        let before = journal.acknowledgedCount
                        let flows = try await eventually(within: .seconds(40)) {
                            journal.acknowledgedCount > before + 50
                        }
                        #expect(flows, "\(journal.codes)")
                        server.kill()
                        try await Task.sleep(for: .milliseconds(300))
                        try await server.restart()
                    }
                }
                #expect(journal.longest < .seconds(12))
                #expect(journal.failedCount > 0)
                try await journal.check(collection)
                #expect(client.clientsInUse == 0)
            }
        }

        @Test func `a server that is asked to end, lingers, ends and comes back loses nothing`() async throws {
            try await self.withServer { client, server in
                let journal = WriteJournal()
                let collection = client.collection("numbers")
                try await self.underLoad(journal, collection) {
                    for _ in 0..<2 {
                        let before = journal.acknowledgedCount
                        let flows = try await eventually(within: .seconds(40)) {
                            journal.acknowledgedCount > before + 50
                        }
                        #expect(flows, "\(journal.codes)")
                        await server.terminate()
                        try await server.restart()
                    }
                }
                #expect(journal.longest < .seconds(12))
                try await journal.check(collection)
            }
        }

        @Test func `a server that freezes under load fails calls in time and all goes on after it`() async throws {
            try await self.withServer { client, server in
                let journal = WriteJournal()
                let collection = client.collection("numbers")
                try await self.underLoad(journal, collection) {
                    try await Task.sleep(for: .milliseconds(300))
                    server.stall()
                    try await Task.sleep(for: .seconds(5))
                    let codes = Set(journal.codes.keys)
                    #expect(codes.isSubset(of: [.timeout, .network, .serverSelection]))
                    server.resume()
                    let before = journal.acknowledgedCount
                    let flows = try await eventually(within: .seconds(40)) { journal.acknowledgedCount > before + 50 }
                    #expect(flows, "\(journal.codes)")
                }
                #expect(journal.longest < .seconds(12))
                try await journal.check(collection)
            }
        }

        @Test func `transactions under kills move money whole or not at all`() async throws {
            try await self.withServer { client, server in
                let accounts = client.collection("accounts")
                _ = try await accounts.insertMany((0..<4).map { ["_id": .int32($0), "cents": 1_000] })
                let load = LoadState()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for task in 0..<3 {
                        group.addTask {
                            while !load.isOver {
                                let error = await mongoError {
                                    try await client.withTransaction(deadline: .after(.seconds(8))) { session in
                                        let payer = BSONValue.int32(Int32(task))
                                        let less: BSONDocument = ["$inc": ["cents": -1]]
                                        let more: BSONDocument = ["$inc": ["cents": 1]]
                                        try await accounts.updateOne(["_id": payer], less, session: session)
                                        try await accounts.updateOne(["_id": 3], more, session: session)
                                    }
                                }
                                if error == nil { load.succeeded() }
                            }
                        }
                    }
                    defer { load.end() }
                    for _ in 0..<2 {
                        let before = load.done
                        let flows = try await eventually(within: .seconds(60)) {
                            load.done > before + 3
                        }
                        #expect(flows)
                        try await server.restart()
                    }
                }
                let sums = try await accounts.aggregateAll(
                    [["$group": ["_id": nil, "cents": ["$sum": "$cents"]]]],
                    deadline: .after(.seconds(60))
                )
                #expect(try sums.first?.decode("cents", as: Int.self) == 4_000)
                let receiver = try #require(try await accounts.findOne(["_id": 3]))
                let received = try receiver.decode("cents", as: Int.self) - 1_000
                #expect(received >= load.done)
                #expect(client.clientsInUse == 0)
            }
        }

        @Test func `a cursor whose server is killed ends with an error and frees the only client`() async throws {
            try await self.withServer(connectionsMax: 1) { client, server in
                let collection = client.collection("many")
                _ = try await collection.insertMany((0..<300).map { ["_id": .int32($0)] })
                let cursor = try await collection.find([:], options: MongoFindOptions(batchSize: 50))
                var iterator = cursor.makeAsyncIterator()
                _ = try await iterator.next()
                try await server.restart()
                let error = await mongoError {
                    while try await iterator.next() != nil {}
                }
                #expect(error?.isRetriable == true && error?.mayHaveBeenApplied == false)
                let count = try await collection.countDocuments(deadline: .after(.seconds(30)))
                #expect(count == 300)
            }
        }
    }
}
