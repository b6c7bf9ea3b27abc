import Mongo
import TestKit
import Testing

@Suite(.enabled(if: Stack.mongo.isUp, "scripts/stack up mongo"))
struct MongoDatabaseTests {
    @Test func `a capped collection drops its oldest documents`() async throws {
        try await withCollection { collection in
            let options = MongoCollectionOptions(cap: .init(bytesMax: 65_536, documentsMax: 3))
            try await collection.database.createCollection(collection.name, options: options)
            for number in 0..<5 {
                try await collection.insertOne(["_id": .int32(Int32(number))])
            }
            let left = try await collection.findAll()
            #expect(left.compactMap { $0["_id"] } == [2, 3, 4])
        }
    }

    @Test func `a validator refuses documents and a bypass lets them in`() async throws {
        try await withCollection { collection in
            let options = MongoCollectionOptions(
                validator: ["n": ["$type": "int"]],
                validationAction: .error,
                validationLevel: .strict
            )
            try await collection.database.createCollection(collection.name, options: options)
            let error = await mongoError { try await collection.insertOne(["n": "text"]) }
            #expect(error?.code == .server && error?.serverCode == 121)
            try await collection.insertOne(["n": "text"], options: MongoInsertOptions(bypassesValidation: true))
        }
    }

    @Test func `collections are listed with their options`() async throws {
        try await withCollection { collection in
            let database = collection.database
            let options = MongoCollectionOptions(validator: ["n": ["$type": "int"]])
            try await database.createCollection(collection.name, options: options)
            let filter: BSONDocument = ["name": .string(collection.name)]
            let listed = try await database.listCollections(filter)
            #expect(listed.map(\.name) == [collection.name] && listed.first?.type == "collection")
            #expect(listed.first?.options["validator"] == ["n": ["$type": "int"]])
            #expect(listed.first?.isReadOnly == false)
            let names = try await database.listCollectionNames()
            #expect(names.contains(collection.name))
            let none = try await database.listCollectionNames(["name": "no such collection"])
            #expect(none.isEmpty)
        }
    }

    @Test func `a view shows what its pipeline makes`() async throws {
        try await withCollection { collection in
            try await collection.insertMany([["_id": 1, "n": 1], ["_id": 2, "n": 2]]).orThrow()
            let options = MongoCollectionOptions(viewOn: collection.name, pipeline: [["$match": ["n": 2]]])
            let view = try await collection.database.createCollection(collection.name + "_view", options: options)
            let shown = try? await view.findAll()
            try await view.drop()
            if let shown { #expect(shown == [["_id": 2, "n": 2]]) }
        }
    }

    @Test func `a collection is renamed and dropped`() async throws {
        try await withCollection { collection in
            try await collection.insertOne(["_id": 1])
            let renamed = try await collection.rename(to: collection.name + "_new")
            let moved = try await renamed.findOne()
            #expect(moved == ["_id": 1])
            try await collection.insertOne(["_id": 2])
            let taken = await mongoError { try await renamed.rename(to: collection.name) }
            #expect(taken?.serverCode == 48, "\(String(describing: taken))")
            try await renamed.rename(to: collection.name, replacing: true)
            let kept = try await collection.findAll()
            #expect(kept == [["_id": 1]])
            try await collection.drop()
            try await collection.drop()
            let count = try await collection.countDocuments()
            #expect(count == 0)
            let missing = await mongoError { try await collection.rename(to: "other") }
            #expect(missing?.code == .notFound && missing?.serverCode == 26, "\(String(describing: missing))")
        }
    }

    @Test func `commands run as they are, as reads and as writes`() async throws {
        try await withCollection { collection in
            let database = collection.database
            let pong = try await database.runCommand(["ping": 1])
            #expect(try pong.decode("ok", as: Int.self) == 1)
            let name = BSONValue.string(collection.name)
            let insert: BSONDocument = ["insert": name, "documents": [["_id": 1], ["_id": 2]]]
            let inserted = try await database.runCommand(insert, as: .write)
            #expect(inserted["n"] == 2)
            let options = MongoCommandOptions(readPreference: .primaryPreferred, readConcern: .local)
            let counted = try await database.runCommand(["count": name], as: .read, options: options)
            #expect(counted["n"] == 2)
            let error = await mongoError { try await database.runCommand(["noSuchCommand": 1]) }
            #expect(error?.code == .server && error?.serverCode == 59)
        }
    }

    @Test func `databases are listed and one is dropped`() async throws {
        // The stack's user may not list databases.
        let server = try CrashingMongo()
        defer { server.remove() }
        try await server.start()
        try await withMongo(uri: server.uri) { client in
            let database = client.database()
            try await database.collection("a").insertOne([:])
            #expect(try await client.listDatabaseNames().contains(database.name))
            try await database.drop()
            #expect(try await !client.listDatabaseNames().contains(database.name))
        }
    }

    @Test func `names and options that cannot be are refused`() async throws {
        try await withMongo { client in
            let database = client.database()
            await expectRefusal(naming: "command") { try await database.runCommand([:]) }
            for name in ["", "a$b", ".a", "a.", "a\0b"] {
                await expectRefusal(naming: "collection name") { try await database.createCollection(name) }
            }
            for name in ["", "a b", "a/b", "a.b", String(repeating: "x", count: 64)] {
                let other = client.database(name)
                await expectRefusal(naming: "database name") { try await other.runCommand(["ping": 1]) }
                await expectRefusal(naming: "database name") { try await other.collection("a").findOne() }
            }
            let cap = MongoCollectionOptions(cap: .init(bytesMax: 0))
            await expectRefusal(naming: "cap.bytesMax") { try await database.createCollection("x", options: cap) }
            let view = MongoCollectionOptions(pipeline: [["$match": [:]]])
            await expectRefusal(naming: "viewOn") { try await database.createCollection("x", options: view) }
            let options = MongoCommandOptions(readConcern: .local)
            await expectRefusal(naming: "readConcern") {
                try await database.runCommand(["ping": 1], as: .write, options: options)
            }
        }
    }

    @Test func `a passed deadline does nothing`() async throws {
        try await withMongo { client in
            let database = client.database()
            await expectTimeout { try await database.runCommand(["ping": 1], deadline: $0) }
            await expectTimeout { try await database.listCollections(deadline: $0) }
            await expectTimeout { try await database.createCollection("unused", deadline: $0) }
            await expectTimeout { try await database.collection("unused").drop(deadline: $0) }
            await expectTimeout { try await database.collection("unused").rename(to: "x", deadline: $0) }
        }
    }
}
