import ServerRuntime
import TestKit
import Testing

@testable import Mongo

@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"))
struct MongoEngineTests {
    @Test func `concurrent calls share few clients and each gets its own answer`() async throws {
        try await withMongo(connectionsMax: 4) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let filter: BSONDocument = ["_id": .int32(Int32(number))]
                        let reply = try await client.runCommand(["count": "none", "query": .document(filter)])
                        #expect(try reply.decode("n", as: Int.self) == 0)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `a cursor reads all documents batch by batch`() async throws {
        try await withCollection(connectionsMax: 1) { collection in
            _ = try await collection.insertMany((0..<350).map { ["_id": .int32($0)] })
            for batchSize in [nil, 1, 7, 350, 1_000] {
                let options = MongoFindOptions(sort: ["_id": 1], batchSize: batchSize)
                var seen: [Int32] = []
                for try await document in try await collection.find([:], options: options) {
                    seen.append(try document.decode("_id", as: Int32.self))
                }
                #expect(seen == Array(0..<350))
            }
            let count = try await collection.countDocuments()
            #expect(count == 350)
        }
    }

    @Test func `cursors that are broken off do not use up the pool`() async throws {
        try await withCollection(connectionsMax: 2) { collection in
            _ = try await collection.insertMany((0..<300).map { ["_id": .int32($0)] })
            for _ in 0..<20 {
                for try await _ in try await collection.find([:], options: MongoFindOptions(batchSize: 2)) { break }
            }
            let count = try await collection.countDocuments()
            #expect(count == 300)
        }
    }

    @Test func `a transaction is seen by others only after its commit`() async throws {
        try await withCollection { collection in
            try await collection.insertOne(["_id": 0])
            try await collection.client.withTransaction { session in
                try await collection.insertOne(["_id": 1], session: session)
                let inside = try await collection.findOne(["_id": 1], session: session)
                let outside = try await collection.findOne(["_id": 1])
                #expect(inside != nil && outside == nil)
            }
            let after = try await collection.findOne(["_id": 1])
            #expect(after != nil)
        }
    }

    @Test func `a transaction whose body throws leaves nothing`() async throws {
        struct Stop: Error {}
        try await withCollection { collection in
            try await collection.insertOne(["_id": 0])
            await #expect(throws: Stop.self) {
                try await collection.client.withTransaction { session in
                    try await collection.insertOne(["_id": 1], session: session)
                    throw Stop()
                }
            }
            let found = try await collection.findOne(["_id": 1])
            #expect(found == nil)
        }
    }

    @Test func `transactions that write the same document at the same time all succeed in the end`() async throws {
        try await withCollection(connectionsMax: 4) { collection in
            try await collection.insertOne(["_id": 0, "n": 0])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await collection.client.withTransaction { session in
                            _ = try await collection.updateOne(["_id": 0], ["$inc": ["n": 1]], session: session)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let counter = try await collection.findOne(["_id": 0])
            #expect(counter?["n"] == 4)
        }
    }

    @Test func `a duplicate key tells index, fields and values`() async throws {
        try await withCollection { collection in
            try await collection.createIndex(keys: ["name": 1, "age": -1], unique: true)
            try await collection.insertOne(["name": "secret", "age": 5])
            let error = await mongoError { try await collection.insertOne(["name": "secret", "age": 5]) }
            #expect(error?.code == .duplicateKey && error?.duplicateKey?.index == "name_1_age_-1")
            #expect(error?.duplicateKey?.fields == ["name", "age"])
            #expect(error?.duplicateKey?.keyValue == ["name": "secret", "age": 5])
            #expect(error.map { !"\($0)".contains("secret") } == true)
        }
    }

    @Test func `a host name is looked up and its addresses are tried in order`() async throws {
        // localhost may name ::1 too, where nobody listens.
        let uri = mongoURI().replacing("127.0.0.1", with: "localhost")
        try await withMongo(uri: uri) { client in
            let reply = try await client.runCommand(["ping": 1])
            #expect(try reply.decode("ok", as: Int.self) == 1)
        }
    }
}
