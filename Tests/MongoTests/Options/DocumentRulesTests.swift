import Testing

@testable import Mongo

@Suite struct DocumentRulesTests {
    @Test func `an update has operators and nothing else`() {
        let good = refusal {
            try DocumentRules.update(["$set": ["a": 1], "$max": ["b": 2]])
            try DocumentRules.update(["$anything": 1])
        }
        #expect(good == nil)
        let bad: [BSONDocument] = [[:], ["a": 1], ["": 1], ["$set": ["a": 1], "b": 1]]
        for update in bad {
            let error = refusal { try DocumentRules.update(update, index: 3) }
            #expect(error?.code == .invalidArgument && error?.message.hasPrefix("update, index 3: ") == true)
        }
    }

    @Test func `a replacement has no operators and cannot be taken for a pipeline`() {
        let good: [BSONDocument] = [[:], ["a": 1], ["0": 1], ["0": ["a": 1]], ["": 1], ["a": ["$b": 1]]]
        for replacement in good {
            let error = refusal { try DocumentRules.replacement(replacement) }
            #expect(error == nil)
        }
        for replacement: BSONDocument in [["$set": 1], ["$a": 1, "b": 1], ["0": ["$set": 1]]] {
            let error = refusal { try DocumentRules.replacement(replacement) }
            #expect(error?.code == .invalidArgument && error?.message.hasPrefix("replacement: ") == true)
        }
    }

    @Test func `a pipeline has stages that begin with operators`() {
        let good = refusal {
            try DocumentRules.stages([], "pipeline")
            try DocumentRules.stages([["$match": [:]]], "pipeline")
            try DocumentRules.updatePipeline(numbered: .stages([["$set": ["a": 1]]]))
        }
        #expect(good == nil)
        let bad: [() throws -> Void] = [
            { try DocumentRules.stages([[:]], "pipeline") },
            { try DocumentRules.stages([["a": 1]], "pipeline") },
            { try DocumentRules.updatePipeline(numbered: [:]) },
            { try DocumentRules.updatePipeline(numbered: .stages([["a": 1]])) },
        ]
        for check in bad {
            let error = refusal(check)
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test func `a document at the limit is taken and one byte more is refused with its place`() {
        // Length, type, key, length of the text and two zero bytes.
        let overhead = 4 + 1 + 2 + 4 + 1 + 1
        let text = String(repeating: "x", count: BSONDocument.storedSizeMax - overhead)
        let good = refusal {
            try DocumentRules.limits(["a": .string(text)], "documents", index: 4)
        }
        #expect(good == nil)
        let error = refusal {
            try DocumentRules.limits(["a": .string(text + "x")], "documents", index: 4)
        }
        #expect(error?.code == .invalidDocument && error?.message.hasPrefix("documents, index 4: ") == true)
    }

    @Test func `documents that are too deep are refused with their place`() {
        var document: BSONDocument = [:]
        for _ in 0...BSONDocument.depthMax {
            document = ["a": .document(document)]
        }
        let deep = document
        let error = refusal { try DocumentRules.limits(deep, "filter") }
        #expect(error?.code == .invalidDocument && error?.message.hasPrefix("filter: ") == true)
    }

    @Test func `an id is found wherever it is`() {
        let id = BSONObjectID.generate(secondsSince1970: 1)
        #expect(BSONDocument().id == nil)
        #expect((["a": 1] as BSONDocument).id == nil)
        #expect((["_id": 7] as BSONDocument).id == 7)
        #expect((["a": ["_id": 1], "_id": .objectID(id)] as BSONDocument).id == .objectID(id))
        #expect((["_ie": 1, "_i": 2, "x_id": 3] as BSONDocument).id == nil)
    }

    @Test func `a missing id is put first`() throws {
        var identified = IdentifiedDocument()
        for document: BSONDocument in [[:], ["a": 1], ["text": .string(String(repeating: "x", count: 5000))], ["b": 2]]
        {
            let (bytes, id) = try identified.with(document) { bytes, id throws(MongoError) in (Array(bytes), id) }
            let stored = try BSONDocument(validating: bytes)
            #expect(stored.keys == ["_id"] + document.keys)
            #expect(stored["_id"] == id)
            #expect(stored["a"] == document["a"] && stored["text"] == document["text"])
        }
        let (bytes, id) = try identified.with(["a": 1, "_id": 5]) { bytes, id throws(MongoError) in (Array(bytes), id) }
        #expect(try BSONDocument(validating: bytes) == ["a": 1, "_id": 5])
        #expect(id == 5)
    }
}
