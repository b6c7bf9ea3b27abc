import Mongo
import TestKit
import Testing

@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"))
struct MongoIndexTests {
    @Test func `indexes are created with the names that drivers give and listed as they are`() async throws {
        try await withCollection { collection in
            let indexes = [
                MongoIndex(["user_id": 1, "time": -1]),
                MongoIndex(["email": 1], name: "mail", isUnique: true, isSparse: true),
                MongoIndex(["at": 1], expireAfter: .seconds(3600)),
                MongoIndex(["state": 1], partialFilter: ["state": ["$gt": 3]], isHidden: true),
                MongoIndex(["name": 1], collation: MongoCollation(locale: "en", strength: .secondary)),
            ]
            let names = try await collection.createIndexes(indexes)
            #expect(names == ["user_id_1_time_-1", "mail", "at_1", "state_1", "name_1"])
            let again = try await collection.createIndexes(indexes)
            #expect(again == names)
            let listed = try await collection.listIndexes()
            #expect(listed.compactMap(\.name).sorted() == (names + ["_id_"]).sorted())
            let mail = try #require(listed.first { $0.name == "mail" })
            #expect(mail.isUnique && mail.isSparse && mail.keys == ["email": 1])
            let expiring = try #require(listed.first { $0.name == "at_1" })
            #expect(expiring.expireAfter == .seconds(3600))
            let partial = try #require(listed.first { $0.name == "state_1" })
            #expect(partial.partialFilter == ["state": ["$gt": 3]] && partial.isHidden)
            let english = try #require(listed.first { $0.name == "name_1" })
            #expect(english.collation?.locale == "en" && english.collation?.strength == .secondary)
        }
    }

    @Test func `a unique index refuses documents that are there already`() async throws {
        try await withCollection { collection in
            try await collection.insertMany([["k": 1], ["k": 1]]).orThrow()
            let error = await mongoError { try await collection.createIndex(keys: ["k": 1], unique: true) }
            #expect(error?.code == .duplicateKey, "\(String(describing: error))")
        }
    }

    @Test func `an index of the same name with other keys is an error`() async throws {
        try await withCollection { collection in
            try await collection.createIndex(keys: ["a": 1], name: "mine")
            let error = await mongoError { try await collection.createIndex(keys: ["b": 1], name: "mine") }
            #expect(error?.code == .server && (error?.serverCode == 86 || error?.serverCode == 85))
        }
    }

    @Test func `dropped indexes are gone and that of the id stays`() async throws {
        try await withCollection { collection in
            try await collection.createIndexes([MongoIndex(["a": 1]), MongoIndex(["b": 1]), MongoIndex(["c": 1])])
            try await collection.dropIndex("a_1")
            let two = try await collection.listIndexes()
            #expect(Set(two.compactMap(\.name)) == ["_id_", "b_1", "c_1"])
            let missing = await mongoError { try await collection.dropIndex("a_1") }
            #expect(missing?.code == .notFound && missing?.serverCode == 27, "\(String(describing: missing))")
            try await collection.dropIndexes()
            let one = try await collection.listIndexes()
            #expect(one.compactMap(\.name) == ["_id_"])
        }
    }

    @Test func `indexes that break a rule are refused by name`() async throws {
        try await withMongo { client in
            let collection = client.collection("unused")
            let bad: [(MongoIndex, String)] = [
                (MongoIndex([:]), "keys"), (MongoIndex(["a": 0]), "keys"), (MongoIndex(["a": ""]), "keys"),
                (MongoIndex(["a": 1], name: ""), "index name"), (MongoIndex(["a": 1], name: "*"), "index name"),
                (MongoIndex(["a": 1], expireAfter: .seconds(-1)), "expireAfter"),
                (MongoIndex(["a": 1], expireAfter: .milliseconds(1500)), "expireAfter"),
                (MongoIndex(["a": 1, "b": 1], expireAfter: .seconds(1)), "expireAfter"),
                (MongoIndex(["a": 1], isSparse: true, partialFilter: ["a": 1]), "partialFilter"),
                (MongoIndex(["a": 1], collation: MongoCollation(locale: "")), "collation"),
            ]
            for (index, name) in bad {
                await expectRefusal(naming: name) { try await collection.createIndex(index) }
            }
            await expectRefusal(naming: "indexes") { try await collection.createIndexes([]) }
            await expectRefusal(naming: "index name") { try await collection.dropIndex("*") }
            await expectRefusal(naming: "index name") { try await collection.dropIndex("") }
        }
    }

    @Test func `a passed deadline does nothing`() async throws {
        try await withMongo { client in
            let collection = client.collection("unused")
            await expectTimeout { try await collection.createIndex(keys: ["a": 1], deadline: $0) }
            await expectTimeout { try await collection.listIndexes(deadline: $0) }
            await expectTimeout { try await collection.dropIndexes(deadline: $0) }
        }
    }

    @Test func `a collection that does not exist has no indexes`() async throws {
        try await withMongo { client in
            let indexes = try await client.collection("missing_\(UInt64.random(in: 0 ... .max))").listIndexes()
            #expect(indexes.isEmpty)
        }
    }
}
