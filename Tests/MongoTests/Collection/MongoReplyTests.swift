import Testing

@testable import Mongo

@Suite struct MongoReplyTests {
    @Test func `a bulk reply is read with counts, ids and errors`() {
        let reply: BSONDocument = [
            "nInserted": 1, "nMatched": .int64(2), "nModified": 3, "nRemoved": 4, "nUpserted": 5,
            "upserted": [["index": 6, "_id": "x"], ["index": 7, "_id": .null]],
            "writeErrors": [
                ["index": 8, "code": 11_000, "errmsg": "E11000 duplicate key error index: a_1 dup key: { a: 1 }"],
                ["index": 9, "code": 121, "errmsg": "Document failed validation"],
            ],
            "writeConcernErrors": [],
        ]
        let result = MongoBulkResult(bulkReply: reply)
        #expect(result.inserted == 1 && result.matched == 2 && result.modified == 3)
        #expect(result.deleted == 4 && result.upserted == 5)
        #expect(result.upsertedIDs == [6: "x", 7: .null])
        #expect(result.errors.map(\.index) == [8, 9])
        #expect(result.errors.map(\.error.code) == [.duplicateKey, .server])
        #expect(result.errors.map(\.error.serverCode) == [11_000, 121])
        #expect(!result.hasConcernErrors(reply))
        #expect(throws: MongoError.self) { try result.orThrow() }
    }

    @Test func `a reply of another shape is read as far as it goes`() {
        let replies: [BSONDocument] = [
            [:], ["nInserted": "many"], ["upserted": 7, "writeErrors": "none"], ["writeErrors": [[:], 3]],
            ["upserted": [["index": "x"]]],
        ]
        for reply in replies {
            let result = MongoBulkResult(bulkReply: reply)
            #expect(result.inserted == 0)
        }
    }

    @Test func `a failed bulk carries what was done and that it may have been applied`() throws {
        var result = MongoBulkResult()
        result.inserted = 2
        let reply: BSONDocument = ["writeConcernErrors": [["code": 64]]]
        #expect(result.hasConcernErrors(reply))
        let error = result.interrupted(by: MongoError(.network, "cut"), true)
        #expect(error.mayHaveBeenApplied && error.code == .network)
        let cause = try #require(error.cause as? MongoInterruptedBulk)
        #expect(cause.result.inserted == 2 && "\(cause)".contains("2 inserted"))
        #expect(MongoError(.timeout, "late", cause: error).interruptedBulk?.inserted == 2)
        #expect(MongoError(.timeout, "late").interruptedBulk == nil)
        let untouched = MongoBulkResult().interrupted(by: MongoError(.serverSelection, "none"), false)
        #expect(!untouched.mayHaveBeenApplied && untouched.cause == nil)
    }

    @Test func `an update reply is read with and without an upsert`() {
        let plain = MongoUpdateResult(reply: ["matchedCount": 2, "modifiedCount": .int64(1)])
        #expect(plain.matched == 2 && plain.modified == 1 && plain.upserted == 0 && plain.upsertedID == nil)
        let upsert = MongoUpdateResult(reply: ["matchedCount": 0, "upsertedId": "x"])
        #expect(upsert.upserted == 1 && upsert.upsertedID == "x")
    }

    @Test func `an entry of a list of collections is read`() {
        let full = MongoCollectionInfo(entry: [
            "name": "a", "type": "view", "options": ["viewOn": "b"],
            "info": ["readOnly": true, "uuid": .binary([1, 2], subtype: 4)],
        ])
        #expect(full.name == "a" && full.type == "view" && full.isReadOnly && full.uuid == [1, 2])
        let bare = MongoCollectionInfo(entry: [:])
        #expect(bare.name.isEmpty && !bare.isReadOnly && bare.uuid == nil)
    }
}
