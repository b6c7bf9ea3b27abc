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

    @Test func `a zero byte in a key becomes U+FFFD and one in a pattern is a fault`() {
        let document: BSONDocument = ["a\0b": 1]
        #expect(document.keys == ["a\u{FFFD}b"])
        let faulty: BSONDocument = ["r": .regex(pattern: "x\0y", options: "")]
        #expect(throws: MongoError.self) { try faulty.checkLimits() }
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
        #expect(deeper.bytes.isEmpty && deeper["a"] == nil && deeper.isEmpty)
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
            #expect(error.code == .invalidDocument && error.message.contains("outer.list[0].flag"))
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

}

@Suite struct BSONDescriptionTests {
    @Test func `descriptions are short and hold no values`() {
        var document = BSONDocument()
        for index in 0..<100 {
            document.append("key number \(index) " + String(repeating: "k", count: 1_000), "secret")
        }
        document.append("deep", ["inner": ["secret", .binary(Array("secret".utf8), subtype: 0)]])
        let values: [BSONValue] = ["secret", .document(document), .array(["secret"]), .javaScript("secret")]
        var dumped = ""
        dump(document, to: &dumped)
        let texts = ["\(document)", "\([document])", "\(values)", String(reflecting: document), dumped]
        for text in texts {
            #expect(!text.contains("secret") && text.utf8.count < 2_000, "\(text)")
        }
        #expect("\(["a": 1, "b": "x"] as BSONDocument)" == "BSONDocument(21 bytes, keys: a, b)")
        #expect("\(BSONValue.string("four"))" == "string(4 bytes)")
    }

    @Test func `the text for a debugger shows values and is bounded`() {
        let document: BSONDocument = ["a": 1, "b": ["x", nil], "c": ["d": .binary([1], subtype: 4)]]
        #expect(document.debuggerText() == #"{a: 1, b: ["x", null], c: {d: binary 4 (1 bytes)}}"#)
        let large: BSONDocument = ["t": .string(String(repeating: "x", count: 100_000))]
        #expect(large.debuggerText(charactersMax: 100).count == 101)
    }
}
