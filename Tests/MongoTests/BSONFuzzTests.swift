import CMongoc
import TestKit
import Testing

@testable import Mongo

@Suite struct BSONFuzzTests {
    @Test func `libbson reads what we write and gives it back unchanged`() throws {
        let document = BSONSamples.everything
        let handle = try BSONHandle(document)
        #expect(bson_validate(handle.raw, BSON_VALIDATE_NONE, nil))
        let copy = try #require(bson_copy(handle.raw))
        defer { bson_destroy(copy) }
        #expect(try BSONDocument(copying: copy) == document)
    }

    @Test func `we read what libbson writes`() throws {
        let raw = try #require(bson_new())
        defer { bson_destroy(raw) }
        #expect(bson_append_int32(raw, "i", -1, -7) && bson_append_int64(raw, "l", -1, .min))
        #expect(bson_append_double(raw, "d", -1, 0.1) && bson_append_utf8(raw, "s", -1, "a\0b", 3))
        // Not inside the macro: it would keep a pointer to the key beyond the key's life.
        let isAdded = bson_append_binary(raw, "old", -1, BSON_SUBTYPE_BINARY_DEPRECATED, [1, 2], 2)
        #expect(isAdded)
        #expect(bson_append_binary(raw, "b", -1, BSON_SUBTYPE_UUID, [1, 2], 2) && bson_append_bool(raw, "t", -1, true))
        #expect(bson_append_date_time(raw, "date", -1, -1) && bson_append_timestamp(raw, "ts", -1, 9, 8))
        #expect(bson_append_regex(raw, "r", -1, "^a", "im") && bson_append_null(raw, "n", -1))
        #expect(
            bson_append_undefined(raw, "u", -1) && bson_append_minkey(raw, "min", -1)
                && bson_append_maxkey(raw, "max", -1)
        )
        #expect(bson_append_code(raw, "code", -1, "f()") && bson_append_symbol(raw, "sym", -1, "s", -1))
        let document = try BSONDocument(copying: raw)
        #expect(
            document == [
                "i": -7, "l": .int64(.min), "d": 0.1, "s": "a\0b", "old": .binary([1, 2], subtype: 2),
                "b": .binary([1, 2], subtype: 4), "t": true, "date": .dateTime(-1),
                "ts": .timestamp(seconds: 9, increment: 8), "r": .regex(pattern: "^a", options: "im"), "n": nil,
                "u": .undefined, "min": .minKey, "max": .maxKey, "code": .javaScript("f()"), "sym": .symbol("s"),
            ]
        )
    }

    @Test func `documents cut short or with bytes added are refused`() {
        let bytes = BSONSamples.everything.bytes
        for length in 0..<min(bytes.count, 1500) {
            let isAccepted = (try? BSONDocument(validating: Array(bytes.prefix(length)))) != nil
            if isAccepted {
                Issue.record("accepted at \(length) of \(bytes.count) bytes")
            }
        }
        #expect(throws: MongoError.self) { try BSONDocument(validating: bytes + [0]) }
    }

    @Test(arguments: [1, 42, UInt64.random(in: 0 ... .max)])
    func `mutated documents are refused or read, and libbson takes what we take`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let original = BSONSamples.everything.bytes
        var accepted = 0
        for round in 0..<1000 {
            await Task.yield()  // leaves the threads to tests that watch the clock

            var bytes = original
            for _ in 0...random.next() % 3 {
                let index = Int(random.next() % UInt64(bytes.count))
                bytes[index] = random.next() % 2 == 0 ? UInt8(truncatingIfNeeded: random.next()) : bytes[index] ^ 1
            }
            guard let document = try? BSONDocument(validating: bytes) else { continue }
            Self.walk(document)
            // libbson's check wants UTF-8, which we repair on reading: leave those documents out.
            guard Self.writtenAnew(document) == document else { continue }
            accepted += 1
            let handle = try BSONHandle(document)
            #expect(bson_validate(handle.raw, BSON_VALIDATE_NONE, nil), "seed \(seed), round \(round)")
        }
        #expect(accepted > 0, "seed \(seed)")
    }

    @Test(arguments: [7, UInt64.random(in: 0 ... .max)]) func `random bytes never trap`(seed: UInt64) async {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5000 {
            await Task.yield()

            let count = Int(random.next() % 64)
            var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() % 24) }
            if count >= 5 {
                bytes.replaceSubrange(0..<4, with: [UInt8(count), 0, 0, 0])
                bytes[count - 1] = 0
            }
            if let document = try? BSONDocument(validating: bytes) {
                Self.walk(document)
            }
        }
    }

    /// The document with every text at every level decoded and encoded.
    private static func writtenAnew(_ document: BSONDocument) -> BSONDocument {
        BSONDocument(document.map { ($0.key, self.writtenAnew($0.value)) })
    }

    private static func writtenAnew(_ value: BSONValue) -> BSONValue {
        switch value {
        case .document(let document): .document(self.writtenAnew(document))
        case .array(let values): .array(values.map { self.writtenAnew($0) })
        case .javaScriptWithScope(let code, let scope): .javaScriptWithScope(code, self.writtenAnew(scope))
        default: value
        }
    }

    /// Reads everything in `document`, by walking and by look-up.
    private static func walk(_ document: BSONDocument) {
        for (key, value) in document {
            _ = document[key]
            if case .document(let inner) = value {
                self.walk(inner)
            }
        }
    }
}
