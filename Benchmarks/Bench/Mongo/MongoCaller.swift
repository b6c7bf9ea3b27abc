import CMongoBaseline
import Mongo

/// One of the callers, with the same calls as C's caller of that number.
struct MongoCaller: Sendable {
    /// Keys that are new begin here, and each caller has `keysOfCaller` of them; as in C.
    private static let newKeys: Int64 = 1_000_000_000
    private static let keysOfCaller: Int64 = 10_000_000

    let number: Int
    let load: MongoLoad
    let collection: MongoCollection

    /// Makes all calls, one after the other.
    func run() async throws {
        var state = UInt64(self.number)
        for index in 0..<self.load.callsEach {
            state = mongo_baseline_next(state)
            let key = mongo_baseline_key(state, self.load.keys)
            switch self.load.work {
            case .insert: try await self.insert(call: index)
            case .find: try await self.find(key)
            case .update: try await self.update(from: key)
            }
        }
    }

    private func insert(call: Int) async throws {
        let first = Self.newKeys + Int64(self.number) * Self.keysOfCaller + Int64(call * self.load.batch)
        // C makes the message anew for each document, too.
        let documents = (first..<first + Int64(self.load.batch)).map { MongoMessage(sample: $0).document(id: $0) }
        let result = try await self.collection.insertMany(documents).orThrow()
        guard result.inserted == self.load.batch else { throw BenchFailure("\(result.inserted) were inserted") }
    }

    private func find(_ key: Int64) async throws {
        guard let document = try await self.collection.findOne(Self.byID(key)) else {
            throw BenchFailure("no message \(key)")
        }
        let (fields, checksum) = try MongoMessage.addUp(document)
        guard fields == MongoMessage.fieldCount, checksum > key else { throw BenchFailure("a wrong message \(key)") }
    }

    private func update(from first: Int64) async throws {
        let status = Int32(truncatingIfNeeded: first & 0xffff)
        let writes = (0..<Int64(self.load.batch)).map { index in
            let change = BSONDocument.build { builder in
                builder.appendDocument("$set") { fields in
                    fields.append("status", status)
                    fields.append("is_read", true)
                }
            }
            return MongoWrite.updateOne(
                filter: Self.byID(1 + (first + index) % self.load.keys),
                update: change
            )
        }
        let result = try await self.collection.bulkWrite(writes).orThrow()
        guard result.matched == self.load.batch else { throw BenchFailure("\(result.matched) were found") }
    }

    private static func byID(_ key: Int64) -> BSONDocument {
        BSONDocument.build(reserving: 32) { $0.append("_id", key) }
    }
}
