import Mongo
import TestKit
import Testing

@Suite(.enabled(if: Stack.mongo.isUp, "a MongoDB server on the stack's port"))
struct MongoCollectionTests {
    @Test func `inserted documents are found with sort, skip, limit and projection`() async throws {
        try await withCollection { collection in
            try await collection.insertOne(["_id": 0, "n": 0, "text": "zero"])
            let rest = (1..<10).map { number -> BSONDocument in
                ["_id": .int32(number), "n": .int64(Int64(number)), "text": "number \(number)"]
            }
            let inserted = try await collection.insertMany(rest).orThrow()
            #expect(inserted.inserted == 9)
            let options = MongoFindOptions(
                projection: ["n": 1, "_id": 0],
                sort: ["n": -1],
                limit: 3,
                skip: 2,
                readConcern: .majority
            )
            let found = try await collection.find(["n": ["$gte": 3]], options: options)
            #expect(found == [["n": .int64(7)], ["n": .int64(6)], ["n": .int64(5)]])
            let one = try await collection.findOne(["_id": 4])
            #expect(one?["text"] == "number 4")
            let missing = try await collection.findOne(["_id": 99])
            #expect(missing == nil)
            let count = try await collection.countDocuments(["n": ["$lt": 5]])
            #expect(count == 5)
        }
    }

    @Test func `an answer beyond the bound is an error`() async throws {
        try await withCollection(connectionsMax: 1) { collection in
            _ = try await collection.insertMany((0..<300).map { ["_id": .int32($0)] }).orThrow()
            let error = await mongoError { try await collection.find(options: MongoFindOptions(documentsMax: 299)) }
            #expect(error?.code == .tooManyDocuments)
            let all = try await collection.find(options: MongoFindOptions(documentsMax: 300))
            #expect(all.count == 300)
        }
    }

    @Test func `an update tells what it matched, modified and upserted`() async throws {
        try await withCollection { collection in
            let created = try await collection.updateOne(["_id": "a"], ["$set": ["n": 1]], upsert: true)
            #expect(created.matched == 0 && created.modified == 0)
            #expect(created.upserted == 1 && created.upsertedID == "a")
            let same = try await collection.updateOne(["_id": "a"], ["$set": ["n": 1]])
            #expect(same.matched == 1 && same.modified == 0 && same.upserted == 0)
            let changed = try await collection.updateMany([:], ["$inc": ["n": 5]])
            #expect(changed.matched == 1 && changed.modified == 1)
            let none = try await collection.updateOne(["_id": "b"], ["$set": ["n": 1]])
            #expect(none.matched == 0)
            let error = await mongoError { try await collection.updateOne(["_id": "a"], ["n": 1]) }
            #expect(error?.code == .invalidArgument && error?.mayHaveBeenApplied == false)
        }
    }

    @Test func `a second document with the same key is a duplicate and its value is not told`() async throws {
        try await withCollection { collection in
            try await collection.createIndex(keys: ["name": 1], unique: true)
            try await collection.createIndex(keys: ["name": 1], unique: true)
            try await collection.insertOne(["name": "secret-value"])
            let error = await mongoError { try await collection.insertOne(["name": "secret-value"]) }
            #expect(error?.code == .duplicateKey && error?.serverCode == 11000)
            #expect(error?.mayHaveBeenApplied == false && error?.isRetriable == false)
            #expect(error.map { !$0.description.contains("secret-value") } == true)
            #expect(error.map { $0.description.contains("name_1") } == true)
        }
    }

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
            #expect(result.errors.allSatisfy { $0.error.code == .duplicateKey && $0.error.serverCode == 11000 })
            #expect(result.inserted == 1 && result.matched == 2 && result.modified == 2)
            #expect(result.upserted == 1 && result.upsertedIDs == [3: 3] && result.deleted == 1)
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
            let empty = try await collection.bulkWrite([])
            #expect(empty.inserted == 0 && empty.errors.isEmpty)
        }
    }

    @Test func `deletes count and aggregates group`() async throws {
        try await withCollection { collection in
            _ = try await collection.insertMany((0..<10).map { ["n": .int32($0 % 2)] }).orThrow()
            let groups = try await collection.aggregate([
                ["$group": ["_id": "$n", "count": ["$sum": 1]]], ["$sort": ["_id": 1]],
            ])
            #expect(try groups.map { try $0.decode("count", as: Int.self) } == [5, 5])
            let one = try await collection.deleteOne(["n": 0])
            let rest = try await collection.deleteMany(["n": 0])
            #expect(one == 1 && rest == 4)
        }
    }

    @Test func `a value of every type comes back from the server as it was`() async throws {
        try await withCollection { collection in
            let id = BSONObjectID.generate(secondsSince1970: 1_700_000_000)
            let document: BSONDocument = [
                "_id": .objectID(id), "double": -0.5, "string": "a\0b ünï", "document": ["x": ["y": nil]],
                "array": [1, "two", [3.5]], "binary": .binary([0, 1, 255], subtype: 0), "bool": true,
                "date": .dateTime(-62_135_596_800_000), "null": nil, "regex": .regex(pattern: "^a", options: "i"),
                "int32": .int32(.min), "int64": .int64(.max), "timestamp": .timestamp(seconds: 7, increment: 9),
                "decimal": .decimal128(BSONDecimal128(low: 5, high: 0x3040_0000_0000_0000)), "min": .minKey,
                "max": .maxKey,
            ]
            try await collection.insertOne(document)
            let found = try await collection.findOne(["_id": .objectID(id)])
            #expect(found == document)
        }
    }

    @Test func `concurrent calls each get their own answer`() async throws {
        try await withCollection(connectionsMax: 4) { collection in
            try await collection.insertOne(["_id": "counter", "n": .int64(0)])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        try await collection.updateOne(["_id": "counter"], ["$inc": ["n": .int64(1)]])
                        let reply = try await collection.findOne(
                            ["_id": "counter"],
                            options: MongoFindOptions(projection: ["number": ["$literal": .int32(Int32(number))]])
                        )
                        #expect(reply?["number"] == .int32(Int32(number)))
                    }
                }
                try await group.waitForAll()
            }
            let counter = try await collection.findOne(["_id": "counter"])
            #expect(counter?["n"] == .int64(100))
        }
    }

    @Test func `an unknown command is an error of the server`() async throws {
        try await withMongo { client in
            let pong = try await client.runCommand(["ping": 1])
            #expect(try pong.decode("ok", as: Int.self) == 1)
            let error = await mongoError { try await client.runCommand(["noSuchCommand": 1]) }
            #expect(error?.code == .server && error?.serverCode == 59)
        }
    }
}
