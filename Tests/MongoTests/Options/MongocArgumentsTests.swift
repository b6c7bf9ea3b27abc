import CMongoc
import Testing

@testable import Mongo

@Suite struct MongocArgumentsTests {
    private func options(
        _ body: (borrowing MongocArguments) throws(MongoError) -> Void
    ) throws(MongoError) -> BSONDocument {
        let arguments = MongocArguments()
        try body(arguments)
        return try BSONDocument(copying: arguments.options)
    }

    @Test func `options of every type are appended as they are`() throws {
        let document = try self.options { arguments throws(MongoError) in
            try arguments.append("flag", true)
            try arguments.append("number", 7)
            try arguments.append("small", Int32(8))
            try arguments.append("text", "ünï")
            try arguments.append("empty", "")
            try arguments.append("document", ["a": 1])
            try arguments.append("array", [["a": 1], [:]])
            try arguments.append("value", value: .null)
            try arguments.append(all: ["x": 1, "y": 2], "all")
        }
        let expected: BSONDocument = [
            "flag": true, "number": .int64(7), "small": 8, "text": "ünï", "empty": "", "document": ["a": 1],
            "array": [["a": 1], [:]], "value": .null, "x": 1, "y": 2,
        ]
        #expect(document == expected)
    }

    @Test func `options beyond the size of the struct are kept`() throws {
        let text = String(repeating: "x", count: 10_000)
        let document = try self.options { arguments throws(MongoError) in
            try arguments.append("a", text)
            try arguments.append("b", text)
        }
        #expect(document == ["a": .string(text), "b": .string(text)])
    }

    @Test func `a view shows the bytes of the document`() throws {
        let arguments = MongocArguments()
        let document: BSONDocument = ["a": 1]
        let copy = try arguments.withViews(document, ["b": 2], ["c": 3]) { first, second, third throws(MongoError) in
            [
                try BSONDocument(copying: first), try BSONDocument(copying: second), try BSONDocument(copying: third),
            ]
        }
        #expect(copy == [["a": 1], ["b": 2], ["c": 3]])
    }

    @Test func `an empty reply reads as an empty document`() {
        #expect(MongocArguments().replyDocument == [:])
    }

    @Test func `find options have the names of the command`() throws {
        let options = MongoFindOptions(
            projection: ["p": 1],
            sort: ["s": -1],
            limit: 3,
            skip: 4,
            batchSize: 5,
            collation: MongoCollation(locale: "en"),
            hint: "h_1",
            variables: ["v": 1],
            comment: "c",
            readConcern: .majority,
            min: ["h": 1],
            max: ["h": 9],
            allowsDiskUse: false,
            allowsPartialResults: true,
            returnsKey: true,
            showsRecordID: true,
            outlivesIdle: true
        )
        try options.check()
        let document = try self.options { arguments throws(MongoError) in try options.append(to: arguments) }
        let expected: BSONDocument = [
            "projection": ["p": 1], "sort": ["s": -1], "limit": .int64(3), "skip": .int64(4), "batchSize": .int64(5),
            "collation": ["locale": "en"], "hint": "h_1", "let": ["v": 1], "comment": "c",
            "readConcern": ["level": "majority"], "min": ["h": 1], "max": ["h": 9], "allowDiskUse": false,
            "allowPartialResults": true, "returnKey": true, "showRecordId": true, "noCursorTimeout": true,
        ]
        #expect(document == expected)
    }

    @Test func `defaults append nothing`() throws {
        let document = try self.options { arguments throws(MongoError) in
            try MongoFindOptions(limit: 0).append(to: arguments)
            try MongoUpdateOptions().append(to: arguments)
            try MongoReplaceOptions().append(to: arguments)
            try MongoDeleteOptions().append(to: arguments)
            try MongoInsertOptions().append(to: arguments)
            try MongoAggregateOptions().append(to: arguments)
            try MongoCountOptions().append(to: arguments)
            try MongoDistinctOptions().append(to: arguments)
            try MongoFindAndModifyOptions().append(to: arguments)
            try MongoBulkOptions().append(to: arguments)
        }
        #expect(document == [:])
    }

    @Test func `update options have the names of the command`() throws {
        let options = MongoUpdateOptions(
            upsert: true,
            arrayFilters: [["a": 1]],
            hint: ["h": 1],
            variables: ["v": 1],
            comment: ["c": 1],
            writeConcern: MongoWriteConcern(acknowledgement: .members(2), journal: false, timeout: .milliseconds(5)),
            bypassesValidation: true
        )
        let document = try self.options { arguments throws(MongoError) in try options.append(to: arguments) }
        let concern: BSONDocument = ["w": 2, "j": false, "wtimeout": .int64(5)]
        let expected: BSONDocument = [
            "upsert": true, "arrayFilters": [["a": 1]], "hint": ["h": 1], "let": ["v": 1], "comment": ["c": 1],
            "writeConcern": .document(concern), "bypassDocumentValidation": true,
        ]
        #expect(document == expected)
    }
}
