import TestKit
import Testing

@testable import Mongo

@Suite struct BSONBuilderTests {
    @Test func `what is appended stands in the document, whether keys are literals or not`() throws {
        var builder = BSONBuilder(reserving: 0)
        let key = "ke\u{E4}"
        let id = BSONObjectID.generate(secondsSince1970: 7)
        builder.append("i", 1 as Int32)
        builder.append(key, 2 as Int64)
        builder.append("n", 3)
        builder.append("d", 0.5)
        builder.append("t", true)
        builder.append("s", "text")
        builder.append("sub", "a text".dropFirst(2))
        builder.append("o", id)
        builder.append("none", String?.none)
        builder.append("some", String?.some("x"))
        builder.append("v", BSONValue.minKey)
        builder.appendNull("null")
        builder.append("at", dateTime: -1)
        builder.append("b", binary: [1, 2], subtype: 4)
        builder.append("u", utf8: Self.bytes([0xC3, 0xA4]).span.bytes)
        builder.append("x", utf8: Self.bytes([0xC3]).span.bytes, orBinary: true)
        builder.append("doc", ["k": 1] as BSONDocument)
        let document = try builder.finish()
        #expect(
            document == [
                "i": 1, "ke\u{E4}": .int64(2), "n": .int64(3), "d": 0.5, "t": true, "s": "text", "sub": "text",
                "o": .objectID(id), "none": nil, "some": "x", "v": .minKey, "null": nil, "at": .dateTime(-1),
                "b": .binary([1, 2], subtype: 4), "u": "\u{E4}", "x": .binary([0xC3], subtype: 0), "doc": ["k": 1],
            ]
        )
        #expect(LibBSON.validates(document.bytes))
    }

    @Test func `documents and arrays nest through closures`() throws {
        let document = BSONDocument.build { builder in
            builder.appendDocument("d") { $0.appendDocument("e") { $0.append("f", 1 as Int32) } }
            builder.appendArray("a") { array in
                for index in 0..<1_001 { array.append(Int32(index)) }
                array.appendArray { $0.appendNull() }
                array.appendDocument { $0.append("k", "v") }
                array.append(dateTime: 5)
                array.append(binary: Self.bytes([7]).span.bytes)
                array.append(utf8: Self.bytes([65]).span.bytes)
                #expect(array.count == 1_006)
            }
        }
        try document.checkLimits()
        let numbers = (0..<1_001).map { BSONValue.int32(Int32($0)) }
        let rest: [BSONValue] = [.array([nil]), ["k": "v"], .dateTime(5), .binary([7], subtype: 0), "A"]
        #expect(document == ["d": ["e": ["f": 1]], "a": .array(numbers + rest)])
        #expect(document.depth == 2)
        #expect(try BSONDocument(validating: document.bytes) == document)
        #expect(LibBSON.write(document) == document.bytes)
    }

    @Test(arguments: [0, 32, 100, 572, 4_096]) func `the memory grows as needed`(reserved: Int) throws {
        for count in 0..<300 {
            let text = String(repeating: "x", count: count)
            let document = BSONDocument.build(reserving: reserved) { builder in
                builder.append("a", text)
                builder.append("b", text)
            }
            #expect(document.bytes == (["a": .string(text), "b": .string(text)] as BSONDocument).bytes)
        }
    }

    @Test func `a fault is kept with its path, and nothing can be sent`() {
        let zero = "a\0b"
        expectFault("k.l[2].a") { builder in
            builder.append("before", 1)
            builder.appendDocument("k") { inner in
                inner.append("x", "y")
                inner.appendArray("l") { array in
                    array.append(1)
                    array.appendDocument { $0.append("q", 1) }
                    array.appendDocument { $0.append(zero, 1) }
                    array.append(2)
                }
            }
            builder.append("after", 1)
        }
        expectFault("a") { $0.append(zero, 1) }
        expectFault("t") { $0.append("t", utf8: Self.bytes([0xFF]).span.bytes) }
        expectFault("r") { $0.append("r", BSONValue.regex(pattern: "a\0", options: "")) }
        expectFault("r") { $0.append("r", BSONValue.regex(pattern: "a", options: "\0")) }
        expectFault("d.r") { $0.append("d", ["r": .regex(pattern: "\0", options: "")] as BSONDocument) }
    }

    @Test func `a document too large is a fault and does not fill the memory`() {
        let text = String(repeating: "x", count: 1 << 20)
        expectFault("more than 16793600 bytes") { builder in
            for _ in 0..<1_000 { builder.append("t", text) }
        }
        expectFault("more than 16793600 bytes") { $0.append("b", binary: [UInt8](repeating: 0, count: 17 << 20)) }
        let fits = BSONDocument.build { builder in
            for _ in 0..<15 { builder.append("t", text) }
        }
        #expect(fits.fault == nil && fits.bytes.count > 15 << 20)
    }

    @Test func `200 levels can be built and 201 not`() throws {
        func nest(_ builder: inout BSONBuilder, _ levels: Int) {
            guard levels > 0 else { return }
            builder.appendDocument("a") { nest(&$0, levels - 1) }
        }
        let deep = BSONDocument.build { nest(&$0, 200) }
        try deep.checkLimits()
        #expect(deep.depth == 200 && LibBSON.accepts(deep.bytes))
        expectFault("a.a.a") { nest(&$0, 201) }
        expectFault("more than 200 levels") { nest(&$0, 10_000) }
        expectFault("b: more than 200 levels") { $0.append("b", deep) }
        expectFault("c: more than 200 levels") { $0.append("c", BSONValue.javaScriptWithScope("", deep)) }
    }

    @Test func `a fault passes on to the document around it`() {
        let faulty: BSONDocument = ["r": .regex(pattern: "\0", options: "")]
        let outer: BSONDocument = ["list": [1, .document(faulty)]]
        #expect(outer.bytes.isEmpty && outer["list"] == nil && outer.keys.isEmpty)
        do {
            try outer.checkLimits()
            Issue.record("no fault")
        } catch {
            #expect(error.message.contains("list[1].r: "), "\(error)")
        }
        var more = outer
        more.append("x", 1)
        #expect(throws: MongoError.self) { try more.checkLimits() }
    }

    private static func bytes(_ bytes: [UInt8]) -> [UInt8] {
        bytes
    }

    private func expectFault(
        _ part: String,
        _ body: (inout BSONBuilder) -> Void,
        at location: SourceLocation = #_sourceLocation
    ) {
        let document = BSONDocument.build(reserving: 0, body)
        #expect(document.bytes.isEmpty, sourceLocation: location)
        do {
            try document.checkLimits()
            Issue.record("no fault", sourceLocation: location)
        } catch {
            #expect(
                error.code == .invalidDocument && error.message.contains(part),
                "\(error)",
                sourceLocation: location
            )
        }
    }
}
