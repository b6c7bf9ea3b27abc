import Mongo
import TestKit
import Testing

@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"))
struct MongoFindAndModifyTests {
    @Test func `an update returns the document before or after`() async throws {
        try await withCollection { collection in
            try await collection.insertOne(["_id": 1, "n": 1])
            let before = try await collection.findOneAndUpdate(["_id": 1], ["$inc": ["n": 1]])
            #expect(before == ["_id": 1, "n": 1])
            let options = MongoFindAndModifyOptions(returning: .after, projection: ["_id": 0])
            let after = try await collection.findOneAndUpdate(["_id": 1], ["$inc": ["n": 1]], options: options)
            #expect(after == ["n": 3])
            let missing = try await collection.findOneAndUpdate(["_id": 9], ["$inc": ["n": 1]])
            #expect(missing == nil)
        }
    }

    @Test func `an upsert returns nothing before and the document after`() async throws {
        try await withCollection { collection in
            let options = MongoFindAndModifyOptions(upsert: true)
            let before = try await collection.findOneAndUpdate(["_id": 1], ["$set": ["n": 1]], options: options)
            #expect(before == nil)
            let wantsAfter = MongoFindAndModifyOptions(returning: .after, upsert: true)
            let after = try await collection.findOneAndUpdate(["_id": 2], ["$set": ["n": 1]], options: wantsAfter)
            #expect(after == ["_id": 2, "n": 1])
        }
    }

    @Test func `sort chooses the document and a pipeline changes it`() async throws {
        try await withCollection { collection in
            try await collection.insertMany((1...3).map { ["_id": .int32($0), "n": .int32($0)] }).orThrow()
            let options = MongoFindAndModifyOptions(returning: .after, sort: ["n": -1], comment: "from a test")
            let stages: [BSONDocument] = [["$set": ["n": ["$multiply": ["$n", 10]]]]]
            let changed = try await collection.findOneAndUpdate([:], pipeline: stages, options: options)
            #expect(changed == ["_id": 3, "n": 30])
        }
    }

    @Test func `array filters, collation and hint are accepted`() async throws {
        try await withCollection { collection in
            try await collection.insertOne(["_id": "Key", "name": "Ann", "scores": [1, 9]])
            let options = MongoFindAndModifyOptions(
                returning: .after,
                arrayFilters: [["high": ["$gte": 5]]],
                collation: MongoCollation(locale: "en", strength: .secondary)
            )
            let update: BSONDocument = ["$set": ["scores.$[high]": 0]]
            let changed = try await collection.findOneAndUpdate(["name": "ann"], update, options: options)
            #expect(changed?["scores"] == [1, 0])
            let hinted = try await collection.findOneAndDelete(
                ["_id": "Key"],
                options: MongoFindAndModifyOptions(hint: "_id_")
            )
            #expect(hinted != nil)
        }
    }

    @Test func `a replacement and a deletion return the old document`() async throws {
        try await withCollection { collection in
            try await collection.insertOne(["_id": 1, "n": 1])
            let replaced = try await collection.findOneAndReplace(["_id": 1], ["m": 2])
            #expect(replaced == ["_id": 1, "n": 1])
            let options = MongoFindAndModifyOptions(sort: ["m": 1], projection: ["m": 1])
            let deleted = try await collection.findOneAndDelete([:], options: options)
            #expect(deleted == ["_id": 1, "m": 2])
            let missing = try await collection.findOneAndDelete([:])
            #expect(missing == nil)
        }
    }

    @Test func `options that have no meaning are refused`() async throws {
        try await withMongo { client in
            let collection = client.collection("unused")
            for options in [
                MongoFindAndModifyOptions(returning: .after), MongoFindAndModifyOptions(upsert: true),
                MongoFindAndModifyOptions(arrayFilters: [["a": 1]]),
            ] {
                await expectRefusal(naming: "returning") {
                    try await collection.findOneAndDelete([:], options: options)
                }
            }
            let filters = MongoFindAndModifyOptions(arrayFilters: [["a": 1]])
            await expectRefusal(naming: "arrayFilters") {
                try await collection.findOneAndReplace([:], [:], options: filters)
            }
            await expectRefusal(naming: "replacement") { try await collection.findOneAndReplace([:], ["$set": 1]) }
            await expectRefusal(naming: "update") { try await collection.findOneAndUpdate([:], ["a": 1]) }
        }
    }

    @Test func `deletes count`() async throws {
        try await withCollection { collection in
            try await collection.insertMany((0..<10).map { ["n": .int32($0 % 2)] }).orThrow()
            let one = try await collection.deleteOne(["n": 0])
            let rest = try await collection.deleteMany(["n": 0], options: MongoDeleteOptions(comment: "from a test"))
            let none = try await collection.deleteOne(["n": 0])
            #expect(one == 1 && rest == 4 && none == 0)
            await expectRefusal(naming: "hint") {
                try await collection.deleteMany([:], options: MongoDeleteOptions(hint: ""))
            }
        }
    }
}
