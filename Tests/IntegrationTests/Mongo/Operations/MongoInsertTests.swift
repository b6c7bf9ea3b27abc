import Mongo
import ServerRuntime
import TestKit
import Testing

@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"))
struct MongoInsertTests {
    @Test func `a document without an id gets an object id as its first field`() async throws {
        try await withCollection { collection in
            let id = try await collection.insertOne(["n": 1])
            let found = try await collection.findOne(["n": 1])
            #expect(found?.keys == ["_id", "n"])
            #expect(found?["_id"] == id)
            let named = try await collection.insertOne(["n": 2, "_id": "own"])
            #expect(named == "own")
        }
    }

    @Test func `ids of many documents come in their order`() async throws {
        try await withCollection { collection in
            let result = try await collection.insertMany([["_id": 7], ["n": 1], [:], ["_id": "x"]])
            #expect(result.inserted == 4 && result.errors.isEmpty)
            #expect(result.ids.count == 4 && result.ids.first == 7 && result.ids.last == "x")
            let stored = try await collection.findAll(["_id": ["$in": .array(result.ids)]])
            #expect(stored.count == 4)
        }
    }

    @Test func `a duplicate key names its index and not its value`() async throws {
        try await withCollection { collection in
            try await collection.createIndex(keys: ["name": 1], unique: true)
            try await collection.insertOne(["name": "secret-value"])
            let error = await mongoError { try await collection.insertOne(["name": "secret-value"]) }
            #expect(error?.code == .duplicateKey && error?.serverCode == 11_000)
            #expect(error?.mayHaveBeenApplied == false && error?.isRetriable == false)
            #expect(error?.duplicateKey?.index == "name_1" && error?.duplicateKey?.keyPattern == ["name": 1])
            #expect(error?.duplicateKey?.keyValue == ["name": "secret-value"])
            let text = error.map { "\($0)" } ?? ""
            #expect(!text.contains("secret-value") && text.contains("name_1"), "\(text)")
        }
    }

    @Test func `an ordered insertion stops at the first duplicate and an unordered one goes on`() async throws {
        try await withCollection { collection in
            let ordered = try await collection.insertMany([["_id": 1], ["_id": 1], ["_id": 2]])
            #expect(ordered.inserted == 1 && ordered.errors.map(\.index) == [1])
            let rest = try await collection.insertMany([["_id": 1], ["_id": 2], ["_id": 3]], ordered: false)
            #expect(rest.inserted == 2 && rest.errors.map(\.index) == [0] && rest.ids == [1, 2, 3])
            #expect(rest.errors.first?.error.code == .duplicateKey)
            #expect(throws: MongoError.self) { try rest.orThrow() }
        }
    }

    @Test func `what cannot be inserted is refused before anything is sent`() async throws {
        try await withCollection { collection in
            let large: BSONDocument = ["text": .string(String(repeating: "x", count: 16 * 1024 * 1024))]
            await expectRefusal(naming: "document", code: .invalidDocument) { try await collection.insertOne(large) }
            await expectRefusal(naming: "documents, index 1", code: .invalidDocument) {
                try await collection.insertMany([["_id": 1], large])
            }
            await expectRefusal(naming: "documents") { try await collection.insertMany([]) }
            await expectRefusal(naming: "maxTime") {
                try await collection.insertOne([:], options: MongoInsertOptions(maxTime: .zero))
            }
            let unnamed = collection.database.collection("")
            await expectRefusal(naming: "collection name") { try await unnamed.insertOne([:]) }
            let count = try await collection.countDocuments()
            #expect(count == 0)
        }
    }

    @Test func `a passed deadline inserts nothing`() async throws {
        try await withCollection { collection in
            await expectTimeout { try await collection.insertOne([:], deadline: $0) }
            await expectTimeout { try await collection.insertMany([[:]], deadline: $0) }
            let count = try await collection.countDocuments()
            #expect(count == 0)
        }
    }

    @Test func `documents larger together than one message are sent in several`() async throws {
        try await withCollection { collection in
            let text = String(repeating: "x", count: 1_000_000)
            let documents = (0..<60).map { number -> BSONDocument in ["_id": .int32(number), "text": .string(text)] }
            let result = try await collection.insertMany(documents, deadline: .after(.seconds(60))).orThrow()
            #expect(result.inserted == 60)
        }
    }

    @Test func `a write concern that cannot be met says that the write may have happened`() async throws {
        try await withCollection { collection in
            let options = MongoInsertOptions(writeConcern: unreachableConcern)
            let error = await mongoError { try await collection.insertOne(["_id": 1], options: options) }
            #expect(error?.code == .writeConcern && error?.mayHaveBeenApplied == true, "\(String(describing: error))")
            let many = await mongoError { try await collection.insertMany([["_id": 2]], options: options) }
            #expect(many?.code == .writeConcern && many?.mayHaveBeenApplied == true, "\(String(describing: many))")
            let count = try await collection.countDocuments()
            #expect(count == 2)
        }
    }

    @Test func `a comment and an own write concern are accepted`() async throws {
        try await withCollection { collection in
            let options = MongoInsertOptions(
                comment: "from a test",
                writeConcern: MongoWriteConcern(acknowledgement: .members(1), journal: false, timeout: .seconds(1))
            )
            try await collection.insertOne(["_id": 1], options: options)
            try await collection.insertMany([["_id": 2]], options: options).orThrow()
            let count = try await collection.estimatedDocumentCount()
            #expect(count == 2)
        }
    }
}
