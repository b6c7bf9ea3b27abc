import Mongo
import TestKit
import Testing

@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"))
struct MongoAggregateTests {
    @Test func `stages group and sort`() async throws {
        try await withCollection { collection in
            try await collection.insertMany((0..<10).map { ["n": .int32($0 % 2)] }).orThrow()
            let stages: [BSONDocument] = [
                ["$group": ["_id": "$n", "count": ["$sum": 1]]], ["$sort": ["_id": 1]],
            ]
            let options = MongoAggregateOptions(comment: "from a test", maxTime: .seconds(5), allowsDiskUse: true)
            let groups = try await collection.aggregateAll(stages, options: options)
            #expect(groups == [["_id": 0, "count": 5], ["_id": 1, "count": 5]])
            let all = try await collection.aggregateAll([])
            #expect(all.count == 10)
        }
    }

    @Test func `a cursor gives what the stages make batch by batch`() async throws {
        try await withCollection { collection in
            try await collection.insertMany((0..<25).map { ["_id": .int32($0)] }).orThrow()
            let options = MongoAggregateOptions(batchSize: 4)
            let cursor = try await collection.aggregate([["$sort": ["_id": 1]]], options: options)
            let documents = try await cursor.collect(atMost: 100)
            #expect(documents.count == 25 && documents.last == ["_id": 24])
        }
    }

    @Test func `out and merge write and return nothing`() async throws {
        try await withCollection { collection in
            try await collection.insertMany([["_id": 1], ["_id": 2]]).orThrow()
            let target = collection.database.collection(collection.name + "_out")
            let none = try await collection.aggregateAll([["$match": ["_id": 1]], ["$out": .string(target.name)]])
            let merged = try await collection.aggregateAll(
                [["$merge": ["into": .string(target.name)]]],
                options: MongoAggregateOptions(writeConcern: MongoWriteConcern())
            )
            let written = try await target.countDocuments()
            try await target.drop()
            #expect(none.isEmpty && merged.isEmpty && written == 2)
        }
    }

    @Test func `variables and collation are accepted`() async throws {
        try await withCollection { collection in
            try await collection.insertMany([["_id": 1, "name": "a"], ["_id": 2, "name": "B"]]).orThrow()
            let stages: [BSONDocument] = [["$match": ["name": "b"]], ["$set": ["x": "$$given"]]]
            let options = MongoAggregateOptions(
                collation: MongoCollation(locale: "en", strength: .secondary),
                variables: ["given": 7]
            )
            let found = try await collection.aggregateAll(stages, options: options)
            #expect(found == [["_id": 2, "name": "B", "x": 7]])
        }
    }

    @Test func `a database makes documents of its own`() async throws {
        try await withMongo { client in
            let stages: [BSONDocument] = [["$documents": [["n": 1], ["n": 2]]], ["$match": ["n": 2]]]
            // The stage is of MongoDB 5.1.
            let found = try? await client.database().aggregateAll(stages)
            if let found { #expect(found == [["n": 2]]) }
            await expectRefusal(naming: "pipeline") { try await client.database().aggregateAll([]) }
        }
    }

    @Test func `a stage without an operator is refused with its number`() async throws {
        try await withMongo { client in
            let collection = client.collection("unused")
            await expectRefusal(naming: "stage 1") { try await collection.aggregateAll([["$match": [:]], ["a": 1]]) }
            await expectRefusal(naming: "stage 0") { try await collection.aggregate([[:]]).close() }
            let error = await mongoError { try await collection.aggregateAll([["$noSuchStage": [:]]]) }
            #expect(error?.code == .server && error?.mayHaveBeenApplied == false, "\(String(describing: error))")
        }
    }

    @Test func `an answer beyond the bound is an error`() async throws {
        try await withCollection { collection in
            try await collection.insertMany([["_id": 1], ["_id": 2]]).orThrow()
            let options = MongoAggregateOptions(documentsMax: 1)
            let error = await mongoError { try await collection.aggregateAll([], options: options) }
            #expect(error?.code == .tooManyDocuments)
        }
    }
}
