import Mongo
import TestKit
import Testing

@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"))
struct MongoTransactionOperationTests {
    private struct Abort: Error {}

    @Test func `operations of a transaction happen together or not at all`() async throws {
        try await withMongo(uri: mongoURI()) { client in
            let collection = client.collection("test_\(UInt64.random(in: 0 ... .max))")
            try await collection.insertOne(["_id": 0])
            try await client.withTransaction { session in
                try await collection.insertOne(["_id": 1], session: session)
                try await collection.insertMany([["_id": 2]], session: session).orThrow()
                try await collection.updateOne(["_id": 0], ["$set": ["n": 1]], session: session)
                try await collection.bulkWrite([.insertOne(["_id": 3])], session: session).orThrow()
                try await collection.findOneAndUpdate(["_id": 1], ["$set": ["n": 1]], session: session)
                let inside = try await collection.findAll(session: session)
                #expect(inside.count == 4)
            }
            await #expect(throws: Abort.self) {
                try await client.withTransaction { session in
                    try await collection.deleteMany([:], session: session)
                    throw Abort()
                }
            }
            let kept = try await collection.findAll()
            #expect(kept.count == 4)
            try await collection.drop()
        }
    }

    @Test func `concerns of single operations are refused in a transaction`() async throws {
        try await withMongo { client in
            let collection = client.collection("test_\(UInt64.random(in: 0 ... .max))")
            try await collection.insertOne(["_id": 0])
            let error = await mongoError {
                try await client.withTransaction { session in
                    let options = MongoInsertOptions(writeConcern: MongoWriteConcern())
                    try await collection.insertOne(["_id": 1], options: options, session: session)
                }
            }
            #expect(error?.code == .invalidArgument && error?.mayHaveBeenApplied == false)
            try await collection.drop()
        }
    }
}
