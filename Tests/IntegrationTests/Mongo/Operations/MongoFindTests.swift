import Mongo
import TestKit
import Testing

@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"))
struct MongoFindTests {
    /// Ten documents `{_id: n, n: n, even: bool}`.
    private func withNumbers(_ body: (MongoCollection) async throws -> Void) async throws {
        try await withCollection { collection in
            let documents = (0..<10).map { number -> BSONDocument in
                ["_id": .int32(number), "n": .int64(Int64(number)), "even": .bool(number % 2 == 0)]
            }
            try await collection.insertMany(documents).orThrow()
            try await body(collection)
        }
    }

    @Test func `documents come with sort, skip, limit and projection`() async throws {
        try await self.withNumbers { collection in
            let options = MongoFindOptions(
                projection: ["n": 1, "_id": 0],
                sort: ["n": -1],
                limit: 3,
                skip: 2,
                readConcern: .majority
            )
            let found = try await collection.findAll(["n": ["$gte": 3]], options: options)
            #expect(found == [["n": .int64(7)], ["n": .int64(6)], ["n": .int64(5)]])
        }
    }

    @Test func `a cursor gives the same documents batch by batch`() async throws {
        try await self.withNumbers { collection in
            let options = MongoFindOptions(sort: ["_id": 1], batchSize: 3)
            var numbers: [Int] = []
            for try await document in try await collection.find(options: options) {
                numbers.append(try document.decode("n"))
            }
            #expect(numbers == Array(0..<10))
            let all = try await collection.findAll(options: options)
            #expect(all.count == 10)
        }
    }

    @Test func `a cursor that is left early gives its connection back`() async throws {
        try await withMongo(connectionsMax: 1) { client in
            let collection = client.collection("test_\(UInt64.random(in: 0 ... .max))")
            try await collection.insertMany((0..<50).map { ["_id": .int32($0)] }).orThrow()
            for _ in 0..<3 {
                let cursor = try await collection.find(options: MongoFindOptions(batchSize: 2))
                for try await _ in cursor { break }
            }
            let count = try await collection.countDocuments()
            #expect(count == 50)
            try await collection.drop()
        }
    }

    @Test func `the first document or none`() async throws {
        try await self.withNumbers { collection in
            let last = try await collection.findOne(options: MongoFindOptions(sort: ["_id": -1], batchSize: 1))
            #expect(last?["_id"] == 9)
            let missing = try await collection.findOne(["_id": 99])
            #expect(missing == nil)
        }
    }

    @Test func `an answer beyond the bound is an error`() async throws {
        try await self.withNumbers { collection in
            let error = await mongoError { try await collection.findAll(options: MongoFindOptions(documentsMax: 9)) }
            #expect(error?.code == .tooManyDocuments)
            let all = try await collection.findAll(options: MongoFindOptions(documentsMax: 10))
            #expect(all.count == 10)
        }
    }

    @Test func `hint, collation, variables, comment and read preference are accepted`() async throws {
        try await withCollection { collection in
            try await collection.insertMany([["_id": "a", "k": "x"], ["_id": "A", "k": "X"], ["_id": "b", "k": "y"]])
                .orThrow()
            let options = MongoFindOptions(
                sort: ["_id": 1],
                collation: MongoCollation(locale: "en", strength: .secondary),
                comment: "from a test",
                maxTime: .seconds(5),
                readPreference: .primaryPreferred
            )
            let found = try await collection.findAll(["k": "x"], options: options)
            #expect(found.count == 2)
            let hinted = try await collection.findAll(options: MongoFindOptions(hint: "_id_"))
            #expect(hinted.count == 3)
            let keys = try await collection.findAll(options: MongoFindOptions(hint: ["_id": 1]))
            #expect(keys.count == 3)
            let condition: BSONDocument = ["$expr": ["$eq": ["$_id", "$$wanted"]]]
            let wanted = try await collection.findAll(condition, options: MongoFindOptions(variables: ["wanted": "b"]))
            #expect(wanted == [["_id": "b", "k": "y"]])
        }
    }

    @Test func `an index hint that does not exist is an error of the server`() async throws {
        try await self.withNumbers { collection in
            let error = await mongoError { try await collection.findAll(options: MongoFindOptions(hint: "none_1")) }
            #expect(error?.code == .server && error?.serverCode == 2, "\(String(describing: error))")
        }
    }

    @Test(arguments: [
        ("limit", MongoFindOptions(limit: -1)), ("skip", MongoFindOptions(skip: -1)),
        ("batchSize", MongoFindOptions(batchSize: 0)), ("documentsMax", MongoFindOptions(documentsMax: 0)),
        ("maxTime", MongoFindOptions(maxTime: .zero)), ("hint", MongoFindOptions(hint: "")),
        ("collation", MongoFindOptions(collation: MongoCollation(locale: ""))),
        ("readPreference", MongoFindOptions(readPreference: MongoReadPreference(.nearest, stalenessMax: .seconds(1)))),
        ("min", MongoFindOptions(min: ["a": 1])),
    ])
    func `an option that breaks its rule is refused by name`(name: String, options: MongoFindOptions) async throws {
        try await withMongo { client in
            let collection = client.collection("unused")
            await expectRefusal(naming: name) { try await collection.findAll(options: options) }
            await expectRefusal(naming: name) { try await collection.find(options: options).close() }
        }
    }

    @Test func `a passed deadline finds nothing`() async throws {
        try await withMongo { client in
            let collection = client.collection("unused")
            await expectTimeout { try await collection.findAll(deadline: $0) }
            await expectTimeout { try await collection.findOne(deadline: $0) }
            await expectTimeout { try await collection.find(deadline: $0).close() }
            await expectTimeout { try await collection.countDocuments(deadline: $0) }
            await expectTimeout { try await collection.distinct("n", deadline: $0) }
            await expectTimeout { try await collection.aggregateAll([], deadline: $0) }
        }
    }

    @Test func `an unknown operator is an error of the server`() async throws {
        try await self.withNumbers { collection in
            let error = await mongoError { try await collection.findAll(["n": ["$noSuch": 1]]) }
            #expect(error?.code == .server && error?.serverCode == 2, "\(String(describing: error))")
        }
    }

    @Test func `counts are exact, bounded or estimated`() async throws {
        try await self.withNumbers { collection in
            let even = try await collection.countDocuments(["even": true])
            #expect(even == 5)
            let bounded = try await collection.countDocuments(options: MongoCountOptions(limit: 4, skip: 1))
            #expect(bounded == 4)
            let hinted = try await collection.countDocuments(options: MongoCountOptions(hint: "_id_", comment: "test"))
            #expect(hinted == 10)
            let estimated = try await collection.estimatedDocumentCount(
                options: MongoCountOptions(maxTime: .seconds(5))
            )
            #expect(estimated == 10)
            await expectRefusal(naming: "limit") {
                try await collection.countDocuments(options: MongoCountOptions(limit: -2))
            }
        }
    }

    @Test func `distinct values of a field`() async throws {
        try await self.withNumbers { collection in
            let values = try await collection.distinct("even")
            #expect(Set(values) == [true, false])
            let some = try await collection.distinct("n", ["n": ["$lt": 2]])
            #expect(Set(some) == [.int64(0), .int64(1)])
            await expectRefusal(naming: "field") { try await collection.distinct("") }
        }
    }
}
