import Testing

@testable import Mongo

@Suite struct BSONDocumentTests {
    @Test(arguments: BSONSamples.values.indices) func `a value of every type reads back as it was written`(
        index: Int
    ) throws {
        let value = BSONSamples.values[index]
        let document: BSONDocument = ["before": 1, "key": value, "after": "x"]
        let read = try BSONDocument(validating: document.bytes)
        #expect(read["key"] == value && read["after"] == "x" && read["missing"] == nil)
        #expect(read.keys == ["before", "key", "after"])
        #expect(BSONDocument(read.map { ($0.key, $0.value) }) == document)
        #expect(read.depth == document.depth)
    }

    @Test func `NaN keeps its bits`() throws {
        let document: BSONDocument = ["n": .double(.nan)]
        guard case .double(let number)? = document["n"] else {
            Issue.record("not a double")
            return
        }
        #expect(number.isNaN)
    }

    @Test func `the bytes are those of the specification`() {
        let hello: BSONDocument = ["hello": "world"]
        #expect(
            hello.bytes == [22, 0, 0, 0, 2] + Array("hello".utf8) + [0, 6, 0, 0, 0] + Array("world".utf8) + [0, 0]
        )
        #expect(BSONDocument().bytes == [5, 0, 0, 0, 0])
    }

    @Test func `a zero byte in a key or pattern cannot end it early`() {
        let document: BSONDocument = ["a\0b": .regex(pattern: "x\0y", options: "")]
        #expect(document.keys == ["a\u{FFFD}b"])
        #expect(document["a\u{FFFD}b"] == .regex(pattern: "x\u{FFFD}y", options: ""))
    }

    @Test func `of several equal keys the first is found and all are kept`() {
        let document: BSONDocument = ["a": 1, "a": 2]
        #expect(document["a"] == 1 && document.keys == ["a", "a"])
    }

    @Test func `nesting beyond the limit is refused both ways`() throws {
        var document: BSONDocument = ["leaf": 1]
        for _ in 0..<BSONDocument.depthMax {
            document = ["a": .document(document)]
        }
        try document.checkLimits()
        let read = try BSONDocument(validating: document.bytes)
        let deeper: BSONDocument = ["a": .array([.document(read)])]
        #expect(throws: MongoError.self) { try deeper.checkLimits() }
        #expect(throws: MongoError.self) { try BSONDocument(validating: deeper.bytes) }
    }

    @Test func `an error names the path of the fault`() {
        var bytes = (["outer": ["list": [["flag": true]]]] as BSONDocument).bytes
        if let index = bytes.lastIndex(of: 1) {
            bytes[index] = 7
        }
        do {
            _ = try BSONDocument(validating: bytes)
            Issue.record("accepted")
        } catch {
            #expect(error.code == .invalidDocument && error.message.contains("outer.list.0.flag"))
        }
    }

    @Test func `numbers are taken for each other as long as nothing is lost`() throws {
        let document: BSONDocument = ["i": 5, "l": .int64(5), "d": 5.0, "f": 5.5, "big": .int64(1 << 40), "no": nil]
        #expect(try document.decode("i", as: Int64.self) == 5)
        #expect(try document.decode("l", as: Int32.self) == 5)
        #expect(try document.decode("d", as: Int.self) == 5)
        #expect(try document.decode("i", as: Double.self) == 5)
        #expect(try document.decode("no", as: String?.self) == nil)
        #expect(try document.decode("missing", as: [UInt8]?.self) == nil)
        #expect(throws: MongoError.self) { try document.decode("f", as: Int.self) }
        #expect(throws: MongoError.self) { try document.decode("big", as: Int32.self) }
        #expect(throws: MongoError.self) { try document.decode("no", as: String.self) }
        let lists: BSONDocument = ["bytes": .binary([1, 2], subtype: 0), "texts": ["a", "b"], "mixed": ["a", 1]]
        #expect(try lists.decode("bytes", as: [UInt8].self) == [1, 2])
        #expect(try lists.decode("texts", as: [String].self) == ["a", "b"])
        #expect(throws: MongoError.self) { try lists.decode("mixed", as: [String].self) }
    }

    @Test func `object ids have 24 digits and never repeat`() {
        let ids = (0..<1000).map { _ in BSONObjectID.generate(secondsSince1970: 1) }
        #expect(Set(ids).count == 1000)
        #expect(ids.allSatisfy { BSONObjectID(hex: $0.description) == $0 && BSONObjectID(bytes: $0.bytes) == $0 })
        #expect(BSONObjectID(hex: "xyz") == nil && BSONObjectID(bytes: [1]) == nil)
    }
}
