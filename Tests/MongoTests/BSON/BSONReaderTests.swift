import TestKit
import Testing

@testable import Mongo

@Suite struct BSONReaderTests {
    typealias Reader = BSONReader

    static let document: BSONDocument = [
        "i": 5, "l": .int64(1 << 40), "d": 2.0, "f": 2.5, "t": true, "s": "text", "at": .dateTime(9), "no": nil,
        "b": .binary([1, 2], subtype: 4), "old": .binary([3], subtype: 2), "list": [1, ["k": "v"], [2]],
        "a key of some length": .timestamp(seconds: 1, increment: 2),
    ]

    /// Runs `body` with a reader on the element `key`.
    private func at<Value>(
        _ key: String,
        _ body: (borrowing BSONReader) throws(MongoError) -> Value
    ) throws(MongoError) -> Value {
        try Self.document.read { (reader: inout Reader) throws(MongoError) in
            while try reader.next() {
                if reader.isKey(key) { return try body(reader) }
            }
            throw MongoError(.notFoundInTest, "\(key)")
        }
    }

    @Test func `numbers are taken for each other as long as nothing is lost`() throws {
        #expect(try self.at("i") { reader throws(MongoError) in try reader.int32() } == 5)
        #expect(try self.at("i") { reader throws(MongoError) in try reader.int64() } == 5)
        #expect(try self.at("i") { reader throws(MongoError) in try reader.double() } == 5)
        #expect(try self.at("l") { reader throws(MongoError) in try reader.int64() } == 1 << 40)
        #expect(try self.at("l") { reader throws(MongoError) in try reader.int() } == 1 << 40)
        #expect(try self.at("d") { reader throws(MongoError) in try reader.int32() } == 2)
        #expect(try self.at("d") { reader throws(MongoError) in try reader.int() } == 2)
        #expect(try self.at("f") { reader throws(MongoError) in try reader.double() } == 2.5)
    }

    @Test func `a value of another type is an error with the path and without the value`() {
        self.expectError("s: holds string, not an int64") { reader throws(MongoError) in _ = try reader.int64() }
        self.expectError("f: holds double whose number") { reader throws(MongoError) in _ = try reader.int32() }
        self.expectError("l: holds int64 whose number") { reader throws(MongoError) in _ = try reader.int32() }
        self.expectError("no: holds null, not a string") { reader throws(MongoError) in _ = try reader.string() }
        self.expectError("i: holds int32, not a bool") { reader throws(MongoError) in _ = try reader.bool() }
        self.expectError("i: holds int32, not a document") { reader throws(MongoError) in _ = try reader.document() }
        self.expectError("list[1].k: holds string, not an objectID") { reader throws(MongoError) in
            try reader.readArray { (array: inout Reader) throws(MongoError) in
                guard try array.next(skipping: 1) else { return }
                try array.readDocument { (inner: inout Reader) throws(MongoError) in
                    guard try inner.next() else { return }
                    _ = try inner.objectID()
                }
            }
        }
    }

    private func expectError(
        _ text: String,
        _ body: (borrowing BSONReader) throws(MongoError) -> Void,
        at location: SourceLocation = #_sourceLocation
    ) {
        let key = String(text.prefix { $0 != ":" && $0 != "[" })
        do throws(MongoError) {
            try self.at(key, body)
            Issue.record("no error", sourceLocation: location)
        } catch {
            #expect(error.code == .decoding && error.message.hasPrefix(text), "\(error)", sourceLocation: location)
        }
    }

    @Test func `texts and binaries can be seen in place`() throws {
        let text = try self.at("s") { reader throws(MongoError) in
            try reader.withUTF8 { (bytes: RawSpan) throws(MongoError) in bytes.byteCount }
        }
        #expect(text == 4)
        let kind = try self.at("old") { reader throws(MongoError) in
            try reader.withBinary { (bytes: RawSpan, subtype: UInt8) throws(MongoError) in
                [bytes.byteCount, Int(subtype)]
            }
        }
        #expect(kind == [1, 2])
        #expect(try self.at("b") { reader throws(MongoError) in try reader.bytes() } == [1, 2])
        #expect(try self.at("s") { reader throws(MongoError) in try reader.bytes() } == Array("text".utf8))
        let key = try self.at("at") { reader throws(MongoError) in
            try reader.withKey { (key: RawSpan) throws(MongoError) in key.byteCount }
        }
        #expect(key == 2)
    }

    @Test func `keys are compared byte for byte, whatever their length`() throws {
        for count in 0..<40 {
            let key = String(repeating: "k", count: count)
            let document: BSONDocument = .build { $0.append(key, 1) }
            try document.read { (reader: inout Reader) throws(MongoError) in
                let hasNext = try reader.next()
                let isKey = reader.isKey(key) && reader.key == key
                #expect(hasNext && isKey)
                for index in 0..<count {
                    var other = Array(key.utf8)
                    other[index] = 0x6C
                    let isKey = reader.isKey(String(decoding: other, as: UTF8.self))
                    #expect(!isKey)
                }
            }
        }
        let isLong = try self.at("a key of some length") { reader throws(MongoError) in
            let same = reader.isKey("a key of some length")
            return same && !reader.isKey("a key of some lengtH") && !reader.isKey("A key of some length")
                && !reader.isKey("a key")
        }
        #expect(isLong)
    }

    @Test func `a key can be looked for, from where the reader stands`() throws {
        try Self.document.read { (reader: inout Reader) throws(MongoError) in
            let hasS = try reader.next("s")
            let type = reader.type
            #expect(hasS && type == .string)
            let hasI = try reader.next("i")
            #expect(!hasI)
            let hasMore = try reader.next()
            #expect(!hasMore)
        }
    }

    @Test func `before the first step a reader stands on nothing`() throws {
        try Self.document.read { (reader: inout Reader) throws(MongoError) in
            let isNothing = reader.isNull && reader.key.isEmpty
            #expect(isNothing)
            let value = try reader.value()
            #expect(value == .null)
        }
    }

    @Test func `unchecked bytes can be read, and the first fault ends it`() {
        let bytes = BSONCorpusCase.document(BSONCorpusCase.bytes("10 61 00 01000000 08 62 00 02"))
        var sum = 0
        do throws(MongoError) {
            try BSONReader.read(bytes.span.bytes) { (reader: inout Reader) throws(MongoError) in
                while try reader.next() { sum += try reader.int() }
            }
            Issue.record("read")
        } catch {
            #expect(error.code == .invalidDocument && error.message.hasPrefix("b: a bool is neither"))
        }
        #expect(sum == 1)
    }

    @Test func `a document within unchecked bytes is checked before it is handed out`() {
        let bytes = BSONCorpusCase.document(BSONCorpusCase.bytes("03 61 00 09000000 08 62 00 02 00"))
        let read = Result { () throws(MongoError) in
            try BSONReader.read(bytes.span.bytes) { (reader: inout Reader) throws(MongoError) in
                guard try reader.next() else { return BSONDocument() }
                return try reader.document()
            }
        }
        #expect(throws: MongoError.self) { try read.get() }
    }
}

extension MongoError.Code {
    fileprivate static let notFoundInTest = MongoError.Code.server
}
