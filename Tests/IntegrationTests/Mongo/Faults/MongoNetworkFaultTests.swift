import ServerRuntime
import TestKit
import Testing

@testable import Mongo

extension MongoServerSuites {
    /// A network between client and server that misbehaves.
    @Suite(.serialized) struct MongoNetworkFaultTests {
        /// Calls that have a deadline end by it, plus what a machine that is busy may take.
        private static let patience: Duration = .seconds(8)

        private func withProxy(
            connectionsMax: Int = 4,
            retryWrites: Bool? = nil,
            _ body: (MongoClient, FaultProxy) async throws -> Void
        ) async throws {
            try await MongoServerProcess.with { server in
                try await FaultProxy.with(to: server.port) { proxy in
                    var configuration = faultConfiguration(proxy.port, connectionsMax: connectionsMax)
                    configuration.retryWrites = retryWrites
                    try await withMongoClient(configuration) { client in
                        try await client.runCommand(["ping": 1], deadline: .after(.seconds(30)))
                        try await body(client, proxy)
                    }
                }
            }
        }

        /// Waits until a call works again, then expects many to.
        private func expectHealed(_ client: MongoClient) async throws {
            let isHealed = try await eventually(within: .seconds(30)) {
                let error = await mongoError { try await client.runCommand(["ping": 1], deadline: .after(.seconds(5))) }
                return error == nil
            }
            #expect(isHealed)
            for _ in 0..<10 {
                _ = try await client.collection("healed").countDocuments(deadline: .after(.seconds(20)))
            }
            #expect(client.clientsInUse == 0)
        }

        @Test(arguments: [
            [FaultProxy.Fault.stall()],
            [.stall(.requests)],
            [.stall(.replies)],
            [.stall(.replies), .reset],
            [.refuse, .reset],
            [.leaveUnaccepted, .reset],
            [.cut(afterBytes: 0, of: .replies, repeats: true)],
            [.cut(afterBytes: 40, of: .requests, repeats: true)],
            [.throttle(bytesPerSecond: 20)],
            [.delay(.seconds(4))],
            [.halfClose(.replies), .refuse],
        ])
        func `calls end by their deadlines, errors tell the truth, and the pool heals`(
            _ faults: [FaultProxy.Fault]
        ) async throws {
            try await self.withProxy { client, proxy in
                let journal = WriteJournal()
                let collection = client.collection("numbers")
                await journal.insert(into: collection, within: .seconds(20))
                for fault in faults { proxy.apply(fault) }
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<12 {
                        group.addTask { await journal.insert(into: collection, within: .seconds(1)) }
                    }
                    for _ in 0..<6 {
                        group.addTask {
                            let start = ContinuousClock.now
                            let error = await mongoError {
                                try await collection.findAll(deadline: .after(.seconds(1)))
                            }
                            #expect(start.duration(to: .now) < Self.patience)
                            #expect(error?.mayHaveBeenApplied != true)
                        }
                    }
                }
                #expect(journal.longest < Self.patience)
                proxy.heal()
                proxy.apply(.reset)
                try await self.expectHealed(client)
                try await journal.check(collection)
            }
        }

        @Test func `damaged replies end calls in time and break nothing but their client`() async throws {
            try await MongoServerProcess.with { server in
                try await FaultProxy.with(to: server.port) { proxy in
                    try await withMongoClient(faultConfiguration(proxy.port)) { client in
                        let collection = client.collection("damaged")
                        try await collection.insertOne(
                            ["_id": 1, "list": [1, "two", 3.0]],
                            deadline: .after(.seconds(30))
                        )
                        for seed: UInt64 in 0..<6 {
                            proxy.apply(.corrupt(probability: 0.005, seed: seed, .replies))
                            let start = ContinuousClock.now
                            for _ in 0..<8 {
                                // Damage that hits a value passes; nothing in the protocol finds it.
                                _ = await mongoError { try await collection.findAll(deadline: .after(.seconds(1))) }
                            }
                            #expect(start.duration(to: .now) < .seconds(8) + Self.patience)
                        }
                        let isWhole = try await eventually { client.clientsInUse == 0 }
                        #expect(isWhole)
                    }
                    proxy.heal()
                    try await withMongoClient(faultConfiguration(proxy.port)) { client in
                        let count = try await client.collection("damaged").countDocuments(
                            deadline: .after(.seconds(30))
                        )
                        #expect(count == 1)
                    }
                }
            }
        }

        @Test func `a write whose answer is cut off is repeated by its number and made once`() async throws {
            try await self.withProxy { client, proxy in
                let collection = client.collection("counter")
                try await collection.insertOne(["_id": 0, "n": 0])
                var (acknowledged, open) = (0, 0)
                for number in 0..<15 {
                    // Anywhere in the reply, or before it.
                    proxy.cut(afterReplyBytes: number % 3 == 0 ? 0 : number * 2)
                    let error = await mongoError {
                        try await collection.updateOne(["_id": 0], ["$inc": ["n": 1]], deadline: .after(.seconds(10)))
                    }
                    if error == nil { acknowledged += 1 }
                    if error?.mayHaveBeenApplied == true { open += 1 }
                }
                proxy.heal()
                try await self.expectHealed(client)
                let counter = try #require(try await collection.findOne(["_id": 0]))
                let count = try counter.decode("n", as: Int.self)
                #expect(proxy.counts.broken > 0)
                #expect(count >= acknowledged && count <= acknowledged + open)
            }
        }

        @Test func `without retries a lost answer is an error that says so`() async throws {
            try await self.withProxy(connectionsMax: 1, retryWrites: false) { client, proxy in
                let collection = client.collection("counter")
                try await collection.insertOne(["_id": 0, "n": 0])
                var (acknowledged, open) = (0, 0)
                for _ in 0..<10 {
                    proxy.cut(afterReplyBytes: 0)
                    let error = await mongoError {
                        try await collection.updateOne(["_id": 0], ["$inc": ["n": 1]], deadline: .after(.seconds(10)))
                    }
                    if error == nil { acknowledged += 1 }
                    if error?.mayHaveBeenApplied == true {
                        open += 1
                        #expect(error?.code == .network && error?.isRetriable == true)
                    }
                }
                proxy.heal()
                try await self.expectHealed(client)
                let counter = try #require(try await collection.findOne(["_id": 0]))
                let count = try counter.decode("n", as: Int.self)
                #expect(open > 0)
                #expect(count >= acknowledged && count <= acknowledged + open)
            }
        }

        @Test func `an answer in small pieces or slowly arrives whole within its deadline`() async throws {
            try await self.withProxy { client, proxy in
                let collection = client.collection("large")
                let text = String(repeating: "x", count: 200_000)
                try await collection.insertOne(["_id": 1, "text": .string(text)])
                proxy.apply(.throttle(bytesPerSecond: 100_000))
                let slow = try await collection.findOne(["_id": 1], deadline: .after(.seconds(30)))
                #expect(slow?["text"] == .string(text))
                let late = await mongoError { try await collection.findOne(["_id": 1], deadline: .after(.seconds(1))) }
                #expect(late?.code == .timeout && late?.mayHaveBeenApplied == false)
                proxy.heal()
                proxy.apply(.chop(bytes: 3))
                let chopped = try await collection.findOne(["_id": 2], deadline: .after(.seconds(30)))
                #expect(chopped == nil)
                proxy.heal()
                try await self.expectHealed(client)
            }
        }

        @Test(arguments: [FaultProxy.Fault.reset, .halfClose(.replies), .halfClose(.both)])
        func `idle connections that were broken do not fail the calls that follow`(
            _ fault: FaultProxy.Fault
        ) async throws {
            try await self.withProxy { client, proxy in
                let collection = client.collection("idle")
                for round in 0..<5 {
                    proxy.apply(fault)
                    // Longer than a connection may be idle without being looked at.
                    try await Task.sleep(for: .milliseconds(200))
                    await withTaskGroup(of: MongoError?.self) { group in
                        for number in 0..<4 {
                            group.addTask {
                                let id = Int32(round * 4 + number)
                                return await mongoError {
                                    try await collection.insertOne(["_id": .int32(id)], deadline: .after(.seconds(20)))
                                }
                            }
                        }
                        for await error in group { #expect(error == nil, "\(String(describing: error))") }
                    }
                }
                let count = try await collection.countDocuments()
                #expect(count == 20)
            }
        }

        @Test func `a cursor that is let go while nothing arrives frees the only client`() async throws {
            try await self.withProxy(connectionsMax: 1) { client, proxy in
                let collection = client.collection("many")
                _ = try await collection.insertMany((0..<300).map { ["_id": .int32($0)] })
                for _ in 0..<3 {
                    do {
                        let cursor = try await collection.find([:], options: MongoFindOptions(batchSize: 2))
                        var iterator = cursor.makeAsyncIterator()
                        _ = try await iterator.next()
                        proxy.apply(.stall())
                    }
                    try await Task.sleep(for: .milliseconds(100))
                    proxy.heal()
                    let count = try await collection.countDocuments(deadline: .after(.seconds(20)))
                    #expect(count == 300)
                }
            }
        }

        @Test func `a cursor whose connection is cut ends with an error and frees the only client`() async throws {
            try await self.withProxy(connectionsMax: 1) { client, proxy in
                let collection = client.collection("many")
                _ = try await collection.insertMany((0..<300).map { ["_id": .int32($0)] })
                let cursor = try await collection.find([:], options: MongoFindOptions(batchSize: 50))
                var seen = 0
                let error = await mongoError {
                    for try await _ in cursor {
                        seen += 1
                        if seen == 40 { proxy.apply(.reset) }
                    }
                }
                #expect(seen >= 40 && seen < 300)
                #expect(error?.isRetriable == true && error?.mayHaveBeenApplied == false)
                try await self.expectHealed(client)
            }
        }
    }
}
