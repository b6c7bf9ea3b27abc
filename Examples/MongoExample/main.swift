import Logging
import Mongo
import ServerRuntime

struct Account: Codable, Sendable {
    let id: String
    var cents: Int
    var tags: [String] = []

    enum CodingKeys: String, CodingKey {
        case id = "_id"
        case cents, tags
    }
}

// The connection string, and the name of a database whose collections `example_…` the program may drop.
let arguments = CommandLine.arguments.dropFirst()
let uri = arguments.first ?? "mongodb://127.0.0.1:27017/?directConnection=true"
let configuration = MongoConfiguration(uri: uri, database: arguments.dropFirst().first ?? "example")
let mongo = try MongoClient(configuration, logger: Logger(label: "example"))
let accounts = mongo.collection("example_accounts")
let visits = mongo.collection("example_visits")

/// Moves money; the body runs again when another transaction was in the way.
func pay(_ cents: Int32, from payer: String, to payee: String) async throws {
    try await mongo.withTransaction(deadline: .after(.seconds(60))) { session in
        let less: BSONDocument = ["$inc": ["cents": .int32(-cents)]]
        let more: BSONDocument = ["$inc": ["cents": .int32(cents)]]
        try await accounts.updateOne(["_id": .string(payer)], less, session: session)
        try await accounts.updateOne(["_id": .string(payee)], more, session: session)
    }
}

try await withThrowingTaskGroup(of: Void.self) { group in
    // Opens connections as calls want them, serves all calls and reconnects, until it is cancelled.
    group.addTask { try await mongo.run() }
    defer { group.cancelAll() }

    try await accounts.drop()
    try await visits.drop()
    try await accounts.createIndex(keys: ["tags": 1])
    try await visits.createIndex(MongoIndex(["name": 1, "day": 1], isUnique: true))

    // Values as documents, and documents as values.
    try await accounts.insertOne(encoding: Account(id: "Ann", cents: 1000, tags: ["new"]))
    try await accounts.insertOne(encoding: Account(id: "O'Hara", cents: 0))
    let options = MongoFindOptions(sort: ["_id": 1])
    for account in try await accounts.findAll(as: Account.self, options: options) {
        print("\(account.id) has \(account.cents)")
    }

    // An error says what went wrong, and whether the change may have been made all the same.
    do throws(MongoError) {
        try await accounts.insertOne(["_id": "Ann", "cents": 5])
    } catch {
        let index = error.duplicateKey?.index ?? "?"
        print("\(error.code) in \(index), may have been applied: \(error.mayHaveBeenApplied)")
    }

    // Ten transactions at once that are in each other's way.
    try await withThrowingTaskGroup(of: Void.self) { payments in
        for _ in 0..<10 { payments.addTask { try await pay(100, from: "Ann", to: "O'Hara") } }
        try await payments.waitForAll()
    }
    let richest = try await accounts.findOne(as: Account.self, options: MongoFindOptions(sort: ["cents": -1]))
    print("\(richest?.id ?? "nobody") has \(richest?.cents ?? 0)")

    // Many documents in few messages, built without a detour through values.
    let days = (0..<240).map { day in
        BSONDocument.build { document in
            document.append("name", day.isMultiple(of: 2) ? "Ann" : "O'Hara")
            document.append("day", Int32(day))
            document.append("seconds", Double(day % 60))
        }
    }
    let inserted = try await visits.insertMany(days).orThrow().inserted

    // Documents as they come, a batch at a time, read where they lie.
    var seconds = 0.0
    for try await visit in try await visits.find(["name": "Ann"]) {
        seconds += try visit.read { reader throws(MongoError) in try reader.next("seconds") ? reader.double() : 0 }
    }
    print("\(inserted) visits, \(seconds / 60) minutes")

    // Several writes in one message; each says how it went.
    let result = try await visits.bulkWrite(
        [
            .updateMany(filter: ["day": ["$lt": 10]], update: ["$set": ["seconds": 0]]),
            .deleteMany(filter: ["name": "O'Hara"]),
            .insertOne(["name": "Ann", "day": 0]),
        ],
        ordered: false
    )
    print("\(result.matched) found, \(result.deleted) deleted, \(result.errors.map(\.error.code)) failed")

    // The server counts.
    let stages: [BSONDocument] = [
        ["$group": ["_id": "$name", "count": ["$sum": 1]]],
        ["$project": ["_id": 0]],
    ]
    for group in try await visits.aggregateAll(stages) { print("\(try group.decode("count", as: Int.self)) left") }

    try await accounts.drop()
    try await visits.drop()
}
