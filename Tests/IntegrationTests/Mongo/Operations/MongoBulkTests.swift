import Mongo
import TestKit
import Testing

@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"))
struct MongoBulkTests {
    @Test func `an unordered bulk write goes on after errors and names them`() async throws {
        try await withCollection { collection in
            try await collection.insertOne(["_id": 1])
            let operations: [MongoWrite] = [
                .insertOne(["_id": 2]),
                .insertOne(["_id": 1]),
                .updateOne(filter: ["_id": 2], update: ["$set": ["n": 1]]),
                .updateOne(filter: ["_id": 3], update: ["$set": ["n": 1]], upsert: true),
                .insertOne(["_id": 2]),
                .replaceOne(filter: ["_id": 1], replacement: ["n": 9]),
                .deleteOne(filter: ["_id": 2]),
            ]
            let result = try await collection.bulkWrite(operations, ordered: false)
            #expect(result.errors.map(\.index).sorted() == [1, 4])
            #expect(result.errors.allSatisfy { $0.error.code == .duplicateKey && $0.error.serverCode == 11_000 })
            #expect(result.inserted == 1 && result.matched == 2 && result.modified == 2)
            #expect(result.upserted == 1 && result.upsertedIDs == [3: 3] && result.deleted == 1)
            #expect(result.insertedIDs == [0: 2, 1: 1, 4: 2])
            #expect(throws: MongoError.self) { try result.orThrow() }
        }
    }

    @Test func `an ordered bulk write stops at the first error`() async throws {
        try await withCollection { collection in
            let operations: [MongoWrite] = [1, 2, 1, 3].map { .insertOne(["_id": .int32($0)]) }
            let result = try await collection.bulkWrite(operations, ordered: true)
            #expect(result.inserted == 2 && result.errors.map(\.index) == [2])
            let count = try await collection.countDocuments()
            #expect(count == 2)
        }
    }

    @Test func `a duplicate key of one operation names its index and its fields`() async throws {
        try await withCollection { collection in
            try await collection.createIndex(keys: ["name": 1], unique: true)
            let writes: [MongoWrite] = [.insertOne(["name": "hidden"]), .insertOne(["name": "hidden"])]
            let result = try await collection.bulkWrite(writes)
            let error = try #require(result.errors.first)
            #expect(error.index == 1 && error.error.code == .duplicateKey)
            #expect(error.error.duplicateKey?.index == "name_1" && error.error.duplicateKey?.fields == ["name"])
            #expect(error.error.duplicateKey?.keyValue == ["name": "hidden"])
            let text = "\(error.error)"
            #expect(text.contains("name_1") && !text.contains("hidden"), "\(text)")
        }
    }

    @Test func `pipelines, array filters, collation and hint work per operation`() async throws {
        try await withCollection { collection in
            try await collection.insertMany([
                ["_id": "A", "n": 1, "list": [1, 9]], ["_id": "b", "n": 2, "list": [9]],
            ]).orThrow()
            let english = MongoCollation(locale: "en", strength: .secondary)
            let operations: [MongoWrite] = [
                .updateOne(filter: ["_id": "a"], update: ["$inc": ["n": 10]], collation: english),
                .updateMany(filter: [:], pipeline: [["$set": ["n": ["$add": ["$n", 1]]]]]),
                .updateMany(
                    filter: [:],
                    update: ["$set": ["list.$[high]": 0]],
                    arrayFilters: [["high": ["$gt": 5]]]
                ),
                .updateOne(filter: ["_id": "b"], pipeline: [["$set": ["last": "$n"]]], hint: "_id_"),
                .deleteMany(filter: ["_id": "B"], collation: english),
            ]
            let variables = MongoBulkOptions(variables: ["unused": 1])
            let result = try await collection.bulkWrite(operations, options: variables).orThrow()
            #expect(result.matched == 6 && result.deleted == 1)
            let left = try await collection.findAll()
            #expect(left == [["_id": "A", "n": 12, "list": [1, 0]]])
        }
    }

    @Test func `an operation that breaks a rule is refused with its index and nothing is sent`() async throws {
        try await withCollection { collection in
            let good = MongoWrite.insertOne(["_id": 1])
            let bad: [(MongoWrite, String)] = [
                (.updateOne(filter: [:], update: ["n": 1]), "update, index 1"),
                (.updateOne(filter: [:], update: [:]), "update, index 1"),
                (.updateMany(filter: [:], pipeline: []), "update pipeline, index 1"),
                (.replaceOne(filter: [:], replacement: ["$set": ["a": 1]]), "replacement, index 1"),
                (.deleteOne(filter: [:], hint: ""), "hint, index 1"),
                (.deleteMany(filter: [:], collation: MongoCollation(locale: "")), "collation, index 1"),
            ]
            for (write, name) in bad {
                await expectRefusal(naming: name) { try await collection.bulkWrite([good, write]) }
            }
            await expectRefusal(naming: "operations") { try await collection.bulkWrite([]) }
            let large: BSONDocument = ["text": .string(String(repeating: "x", count: 16 * 1024 * 1024))]
            await expectRefusal(naming: "document, index 1", code: .invalidDocument) {
                try await collection.bulkWrite([good, .insertOne(large)])
            }
            let count = try await collection.countDocuments()
            #expect(count == 0)
        }
    }

    @Test func `a hundred updates in one call`() async throws {
        try await withCollection { collection in
            try await collection.insertMany((0..<100).map { ["_id": .int32($0), "n": 0] }).orThrow()
            let updates = (0..<100).map {
                MongoWrite.updateOne(filter: ["_id": .int32($0)], update: ["$inc": ["n": 1]])
            }
            let options = MongoBulkOptions(
                comment: "from a test",
                writeConcern: MongoWriteConcern(acknowledgement: .members(1), journal: false, timeout: .zero)
            )
            let result = try await collection.bulkWrite(updates, ordered: false, options: options)
            #expect(result.matched == 100 && result.modified == 100 && result.errors.isEmpty)
        }
    }

    @Test func `a validator refuses one operation of a bulk unless it is bypassed`() async throws {
        try await withCollection { collection in
            let options = MongoCollectionOptions(validator: ["n": ["$type": "int"]])
            try await collection.database.createCollection(collection.name, options: options)
            let writes: [MongoWrite] = [.insertOne(["n": 1]), .insertOne(["n": "text"])]
            // Unordered, since the stand-in server checks an ordered list before it inserts the first.
            let result = try await collection.bulkWrite(writes, ordered: false)
            #expect(result.errors.map(\.index) == [1])
            #expect(result.errors.first?.error.serverCode == 121)
            let bypass = MongoBulkOptions(bypassesValidation: true)
            let forced = try await collection.bulkWrite(writes, options: bypass)
            #expect(forced.inserted == 2 && forced.errors.isEmpty)
        }
    }

    @Test func `a write concern that cannot be met fails the call and tells the counts`() async throws {
        try await withCollection { collection in
            let options = MongoBulkOptions(writeConcern: unreachableConcern)
            let error = await mongoError { try await collection.bulkWrite([.insertOne(["_id": 1])], options: options) }
            #expect(error?.code == .writeConcern && error?.mayHaveBeenApplied == true, "\(String(describing: error))")
            #expect(error?.interruptedBulk?.inserted == 1)
        }
    }

    @Test func `a passed deadline writes nothing`() async throws {
        try await withCollection { collection in
            await expectTimeout { try await collection.bulkWrite([.insertOne([:])], deadline: $0) }
            let count = try await collection.countDocuments()
            #expect(count == 0)
        }
    }
}
