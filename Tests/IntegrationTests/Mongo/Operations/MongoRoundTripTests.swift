import Mongo
import TestKit
import Testing

@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"))
struct MongoRoundTripTests {
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
}
