import Mongo
import TestKit
import Testing

@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"))
struct MongoSessionOperationTests {
    @Test func `every operation can be part of a session`() async throws {
        try await withMongo { client in
            let collection = client.collection("test_\(UInt64.random(in: 0 ... .max))")
            try await client.withSession { session in
                try await Self.writeAll(collection, session)
                try await Self.readAll(collection, session)
                try await Self.administer(collection, session)
            }
        }
    }

    private static func writeAll(_ collection: MongoCollection, _ session: MongoSession) async throws {
        try await collection.insertOne(["_id": 1], session: session)
        try await collection.insertMany([["_id": 2], ["_id": 3]], session: session).orThrow()
        let updated = try await collection.updateOne(["_id": 1], ["$set": ["n": 1]], session: session)
        #expect(updated.modified == 1)
        let many = try await collection.updateMany([:], ["$set": ["m": 1]], session: session)
        #expect(many.modified == 3)
        let replaced = try await collection.replaceOne(["_id": 2], ["r": 1], session: session)
        #expect(replaced.modified == 1)
        let bulk = try await collection.bulkWrite([.deleteOne(filter: ["_id": 3])], session: session)
        #expect(bulk.deleted == 1)
        let modified = try await collection.findOneAndUpdate(["_id": 1], ["$inc": ["n": 1]], session: session)
        #expect(modified?["n"] == 1)
    }

    private static func readAll(_ collection: MongoCollection, _ session: MongoSession) async throws {
        let found = try await collection.findAll(session: session)
        #expect(found.count == 2)
        let cursor = try await collection.find(options: MongoFindOptions(batchSize: 1), session: session)
        let read = try await cursor.collect(atMost: 10)
        #expect(read.count == 2)
        let counted = try await collection.countDocuments(session: session)
        #expect(counted == 2)
        let distinct = try await collection.distinct("_id", session: session)
        #expect(Set(distinct) == [1, 2])
        let made = try await collection.aggregateAll([["$match": ["_id": 1]]], session: session)
        #expect(made.count == 1)
    }

    private static func administer(_ collection: MongoCollection, _ session: MongoSession) async throws {
        try await collection.createIndex(MongoIndex(["n": 1]), session: session)
        let indexes = try await collection.listIndexes(session: session)
        #expect(indexes.count == 2)
        try await collection.database.runCommand(["ping": 1], session: session)
        let names = try await collection.database.listCollectionNames(session: session)
        #expect(names.contains(collection.name))
        let deleted = try await collection.deleteMany([:], session: session)
        #expect(deleted == 2)
        try await collection.drop(session: session)
    }
}
