import Mongo
import TestKit
import Testing

@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"))
struct MongoUpdateTests {
    @Test func `an update tells what it matched, modified and upserted`() async throws {
        try await withCollection { collection in
            let created = try await collection.updateOne(["_id": "a"], ["$set": ["n": 1]], options: .upsert)
            #expect(created.matched == 0 && created.modified == 0)
            #expect(created.upserted == 1 && created.upsertedID == "a")
            let same = try await collection.updateOne(["_id": "a"], ["$set": ["n": 1]], upsert: true)
            #expect(same.matched == 1 && same.modified == 0 && same.upserted == 0)
            try await collection.insertOne(["n": 5])
            let changed = try await collection.updateMany([:], ["$inc": ["n": 5]])
            #expect(changed.matched == 2 && changed.modified == 2)
            let none = try await collection.updateOne(["_id": "b"], ["$set": ["n": 1]])
            #expect(none.matched == 0 && none.upsertedID == nil)
        }
    }

    @Test func `a pipeline can use the values of the document`() async throws {
        try await withCollection { collection in
            try await collection.insertMany([["_id": 1, "a": 2, "b": 3], ["_id": 2, "a": 4, "b": 5]]).orThrow()
            let stages: [BSONDocument] = [["$set": ["sum": ["$add": ["$a", "$b"]]]], ["$unset": "b"]]
            let one = try await collection.updateOne(["_id": 1], pipeline: stages)
            #expect(one.modified == 1)
            let first = try await collection.findOne(["_id": 1])
            #expect(first == ["_id": 1, "a": 2, "sum": 5])
            let many = try await collection.updateMany(["_id": 2], pipeline: stages)
            #expect(many.modified == 1)
        }
    }

    @Test func `array filters choose the elements`() async throws {
        try await withCollection { collection in
            try await collection.insertOne(["_id": 1, "scores": [1, 5, 9]])
            let options = MongoUpdateOptions(arrayFilters: [["high": ["$gte": 5]]])
            try await collection.updateOne([:], ["$set": ["scores.$[high]": 0]], options: options)
            let found = try await collection.findOne()
            #expect(found?["scores"] == [1, 0, 0])
        }
    }

    @Test func `collation, hint, variables and comment are accepted`() async throws {
        try await withCollection { collection in
            try await collection.insertOne(["_id": "Key", "name": "Ann"])
            let options = MongoUpdateOptions(
                collation: MongoCollation(locale: "en", strength: .secondary),
                comment: "from a test",
                writeConcern: MongoWriteConcern(acknowledgement: .majority, journal: true, timeout: .seconds(5))
            )
            let result = try await collection.updateOne(["name": "ann"], ["$set": ["n": 1]], options: options)
            #expect(result.matched == 1)
            let hinted = try await collection.updateOne(
                ["_id": "Key"],
                ["$set": ["n": 2]],
                options: MongoUpdateOptions(hint: "_id_")
            )
            #expect(hinted.modified == 1)
            let condition: BSONDocument = ["$expr": ["$eq": ["$name", "$$wanted"]]]
            let variables = MongoUpdateOptions(variables: ["wanted": "Ann"])
            let named = try await collection.updateOne(condition, ["$set": ["n": 3]], options: variables)
            #expect(named.modified == 1)
        }
    }

    @Test func `a replacement keeps the id and nothing else`() async throws {
        try await withCollection { collection in
            try await collection.insertOne(["_id": 1, "old": 1])
            let result = try await collection.replaceOne(["_id": 1], ["new": 2])
            #expect(result.matched == 1 && result.modified == 1)
            let created = try await collection.replaceOne(["_id": 2], [:], options: .upsert)
            #expect(created.upsertedID == 2)
            let found = try await collection.findAll(options: MongoFindOptions(sort: ["_id": 1]))
            #expect(found == [["_id": 1, "new": 2], ["_id": 2]])
        }
    }

    @Test func `updates and replacements are not mixed up`() async throws {
        try await withMongo { client in
            let collection = client.collection("unused")
            await expectRefusal(naming: "update") { try await collection.updateOne([:], ["n": 1]) }
            await expectRefusal(naming: "update") { try await collection.updateMany([:], ["$set": ["a": 1], "n": 1]) }
            await expectRefusal(naming: "update") { try await collection.updateOne([:], [:]) }
            await expectRefusal(naming: "update pipeline") { try await collection.updateOne([:], pipeline: []) }
            await expectRefusal(naming: "stage 1") {
                try await collection.updateOne([:], pipeline: [["$set": ["a": 1]], ["a": 1]])
            }
            await expectRefusal(naming: "replacement") { try await collection.replaceOne([:], ["$set": ["a": 1]]) }
            await expectRefusal(naming: "replacement") {
                try await collection.replaceOne([:], ["0": ["$set": ["a": 1]]])
            }
            await expectRefusal(naming: "hint") {
                try await collection.updateOne([:], ["$set": ["a": 1]], options: MongoUpdateOptions(hint: [:]))
            }
        }
    }

    @Test func `a duplicate key of an update is told`() async throws {
        try await withCollection { collection in
            try await collection.createIndex(keys: ["k": 1], unique: true)
            try await collection.insertMany([["_id": 1, "k": 1], ["_id": 2, "k": 2]]).orThrow()
            let updated = await mongoError { try await collection.updateOne(["_id": 2], ["$set": ["k": 1]]) }
            #expect(updated?.code == .duplicateKey)
            let replaced = await mongoError { try await collection.replaceOne(["_id": 2], ["k": 1]) }
            #expect(replaced?.code == .duplicateKey)
            let modified = await mongoError { try await collection.findOneAndUpdate(["_id": 2], ["$set": ["k": 1]]) }
            #expect(modified?.code == .duplicateKey && modified?.mayHaveBeenApplied == false)
        }
    }

    @Test func `an operator that the server does not know changes nothing`() async throws {
        try await withCollection { collection in
            try await collection.insertOne(["_id": 1])
            let error = await mongoError { try await collection.updateOne([:], ["$noSuch": ["a": 1]]) }
            #expect(error?.code == .server && error?.serverCode == 9, "\(String(describing: error))")
            #expect(error?.mayHaveBeenApplied == false)
        }
    }

    @Test func `a write concern that cannot be met says that the change may have happened`() async throws {
        try await withCollection { collection in
            try await collection.insertMany([["_id": 1], ["_id": 2], ["_id": 3]]).orThrow()
            let set: BSONDocument = ["$set": ["n": 1]]
            let options = MongoUpdateOptions(writeConcern: unreachableConcern)
            let errors = [
                await mongoError { try await collection.updateOne(["_id": 1], set, options: options) },
                await mongoError { try await collection.updateMany([:], set, options: options) },
                await mongoError {
                    let options = MongoReplaceOptions(writeConcern: unreachableConcern)
                    return try await collection.replaceOne(["_id": 2], [:], options: options)
                },
                await mongoError {
                    let options = MongoFindAndModifyOptions(writeConcern: unreachableConcern)
                    return try await collection.findOneAndUpdate(["_id": 3], ["$set": ["n": 2]], options: options)
                },
                await mongoError {
                    try await collection.deleteOne([:], options: MongoDeleteOptions(writeConcern: unreachableConcern))
                },
            ]
            for (number, error) in errors.enumerated() {
                #expect(error?.code == .writeConcern, "\(number): \(String(describing: error))")
                #expect(error?.mayHaveBeenApplied == true)
            }
        }
    }

    @Test func `a passed deadline changes nothing`() async throws {
        try await withCollection { collection in
            try await collection.insertOne(["_id": 1])
            await expectTimeout { try await collection.updateOne([:], ["$set": ["n": 1]], deadline: $0) }
            await expectTimeout { try await collection.updateMany([:], ["$set": ["n": 1]], deadline: $0) }
            await expectTimeout { try await collection.replaceOne([:], ["n": 1], deadline: $0) }
            await expectTimeout { try await collection.findOneAndUpdate([:], ["$set": ["n": 1]], deadline: $0) }
            await expectTimeout { try await collection.deleteOne([:], deadline: $0) }
            await expectTimeout { try await collection.deleteMany([:], deadline: $0) }
            let found = try await collection.findAll()
            #expect(found == [["_id": 1]])
        }
    }
}
