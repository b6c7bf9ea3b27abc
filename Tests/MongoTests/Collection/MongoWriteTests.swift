import Testing

@testable import Mongo

@Suite struct MongoWriteTests {
    @Test func `an operation has the options that libmongoc takes`() {
        #expect(MongoWrite.insertOne(["a": 1]).options == ["validate": false])
        #expect(MongoWrite.updateOne(filter: [:], update: ["$set": 1]).options == ["validate": false])
        let upsert = MongoWrite.replaceOne(filter: [:], replacement: [:], upsert: true)
        #expect(upsert.options == ["validate": false, "upsert": true])
        #expect(MongoWrite.deleteOne(filter: [:]).options == [:])
        let full = MongoWrite.updateMany(
            filter: [:],
            update: ["$set": 1],
            arrayFilters: [["a": 1]],
            collation: MongoCollation(locale: "en"),
            hint: "h"
        )
        let expected: BSONDocument = [
            "validate": false, "collation": ["locale": "en"], "hint": "h", "arrayFilters": [["a": 1]],
        ]
        #expect(full.options == expected)
        let deletion = MongoWrite.deleteMany(filter: [:], collation: MongoCollation(locale: "en"), hint: ["a": 1])
        #expect(deletion.options == ["collation": ["locale": "en"], "hint": ["a": 1]])
    }

    @Test func `a pipeline is an array in the form of a document`() {
        let write = MongoWrite.updateOne(filter: [:], pipeline: [["$set": 1], ["$unset": "a"]])
        #expect(write.isPipeline && write.document == ["0": ["$set": 1], "1": ["$unset": "a"]])
    }

    @Test func `a pipeline of no operation is told from an update`() {
        let write = MongoWrite.updateOne(filter: [:], update: ["0": ["$set": 1]])
        let error = #expect(throws: MongoError.self) { try write.check(index: 2) }
        #expect(error?.message.hasPrefix("update, index 2") == true)
    }
}
