import Mongo
import TestKit
import Testing

@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"))
struct MongoCodableTests {
    private struct Person: Codable, Equatable, Sendable {
        var _id: Int
        var name: String
        var tags: [String]
    }

    @Test func `values are written and read as their type`() async throws {
        try await withCollection { collection in
            let people = (0..<5).map { Person(_id: $0, name: "name \($0)", tags: ["a", "b"]) }
            let id = try await collection.insertOne(encoding: people[0])
            #expect(id == .int64(0))
            let many = try await collection.insertMany(encoding: Array(people[1...]))
            #expect(many.inserted == 4)
            let options = MongoFindOptions(sort: ["_id": 1])
            let all = try await collection.findAll(as: Person.self, options: options)
            #expect(all == people)
            let one = try await collection.findOne(["_id": 3], as: Person.self)
            #expect(one == people[3])
            var read: [Person] = []
            for try await person in try await collection.find(as: Person.self, options: options) {
                read.append(person)
            }
            #expect(read == people)
            let changed = Person(_id: 3, name: "new", tags: [])
            try await collection.replaceOne(["_id": 3], encoding: changed)
            let stages: [BSONDocument] = [["$match": ["_id": 3]]]
            let found = try await collection.aggregateAll(stages, as: Person.self)
            #expect(found == [changed])
            let cursor = try await collection.aggregate(stages, as: Person.self)
            let collected = try await cursor.collect(atMost: 10)
            #expect(collected == [changed])
        }
    }

    @Test func `a document of another shape is a decoding error`() async throws {
        try await withCollection { collection in
            try await collection.insertOne(["_id": 1, "name": 5])
            let one = await mongoError { try await collection.findOne(as: Person.self) }
            #expect(one?.code == .decoding && one?.message.contains("name") == true, "\(String(describing: one))")
            let cursor = try await collection.find(as: Person.self)
            let read = await mongoError { try await cursor.collect(atMost: 10) }
            #expect(read?.code == .decoding)
        }
    }
}
