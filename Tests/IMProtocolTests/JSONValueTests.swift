import IMProtocol
import TestKit
import Testing

@Suite struct JSONValueTests {
    private func rewritten(_ text: String, sortedKeys: Bool = false) throws -> String {
        String(decoding: try JSONValue(parsing: text).encoded(sortedKeys: sortedKeys), as: UTF8.self)
    }

    @Test(arguments: [
        "null", "true", "false", "0", "-0", "1.50", "1E+9", "-12.5e-3", "18446744073709551615",
        "123456789012345678901234567890", #""""#, #""a b""#, "[]", "{}", "[1,[2,[]],{}]",
        #"{"b":1,"a":{"c":null},"b":2}"#,
    ])
    func `a compact text is written as it was read`(text: String) throws {
        #expect(try self.rewritten(text) == text)
    }

    @Test func `white space is left out`() throws {
        #expect(try self.rewritten(" \t{\r\n\"a\" : [ 1 , 2 ] }\n") == #"{"a":[1,2]}"#)
    }

    @Test(arguments: [
        (#""\u0041\/\\\"""#, #""A/\\\"""#),
        (#""\b\f\n\r\t\u0001\u001f\u007f""#, "\"\\b\\f\\n\\r\\t\\u0001\\u001f\u{7F}\""),
        (#""<>&""#, #""\u003c\u003e\u0026""#),
        ("\"\u{2028}\u{2029}\u{2027}\u{202A}\"", "\"\\u2028\\u2029\u{2027}\u{202A}\""),
        (#""\ud83d\ude00é""#, "\"😀é\""),
    ])
    func `strings are escaped as Go does it`(text: String, expected: String) throws {
        #expect(try self.rewritten(text) == expected)
    }

    @Test func `sorting orders names by bytes at every level and keeps the last of equal names`() throws {
        let text = #"{"b":{"z":1,"Z":2,"é":3,"e":4},"a":[{"y":1,"x":2}],"b2":0,"a":9}"#
        #expect(try self.rewritten(text, sortedKeys: true) == #"{"a":9,"b":{"Z":2,"e":4,"z":1,"é":3},"b2":0}"#)
    }

    @Test(arguments: [
        ("", 0), ("  ", 2), ("nul", 3), ("nulL", 3), ("truth", 3), ("{", 1), ("{}x", 2), ("{} {}", 3), ("[1,]", 3),
        ("[1 2]", 3), ("{\"a\"}", 4), ("{\"a\":}", 5), ("{\"a\":1,}", 7), ("{a:1}", 1), ("'a'", 0), ("01", 1),
        ("-", 1), ("1.", 2), (".5", 0), ("1e", 2), ("+1", 0), ("NaN", 0), ("\"a", 2), ("\"\\x\"", 2), ("\"\n\"", 1),
        ("\"\\u12g4\"", 5), (#""\ud800""#, 3), (#""\ud800\u0041""#, 3), (#""\udc00""#, 3), ("[", 1), ("]", 0),
        ("\u{FEFF}{}", 0),
    ])
    func `a text that is not JSON is refused with the place of its fault`(text: String, position: Int) {
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: text) }
        do throws(JSONParseError) {
            _ = try JSONValue(parsing: text)
        } catch {
            #expect(error.position == position, "\(error)")
        }
    }

    @Test(
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x80], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]]
    )
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: [0x22] + bytes + [0x22]) }
    }

    @Test func `64 levels are read and 65 are refused`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONValue(parsing: nested(64))
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: nested(65)) }
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test func `a text with too many values is refused`() {
        let text = "[" + String(repeating: "0,", count: 2_200_000) + "0]"
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: text) }
    }

    @Test func `members are found in any case, the last one counts, and null is no value`() throws {
        let value = try JSONValue(parsing: #"{"userID":"a","USERID":"b","ex":null}"#)
        #expect(value["userid"] == .string("b"))
        #expect(value["ex"] == nil)
        #expect(value["other"] == nil)
        #expect(JSONValue.array([])["userID"] == nil)
    }

    @Test(arguments: [1, 2, 3, UInt64.random(in: 0...UInt64.max)])
    func `mutated texts never trap and what is read is written and read again alike`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let corpus = [
            #"{"a":[1,2.5e-3,"x\u00e9\ud83d\ude00",null,true],"b":{"c":{},"d":[[]]},"é":"<&>"}"#,
            #"[{"userID":"u1","n":18446744073709551615},{"userID":"u2"}]"#, #""\\\"\/\b""#, "-0.0E+10",
        ].map { [UInt8]($0.utf8) }
        let alphabet =
            [UInt8](#"{}[]",:\u0123456789eE+-.truefalsn "#.utf8) + [0x00, 0x80, 0xC3, 0xE2, 0xED, 0xF0, 0xFF]
        for step in 0..<20_000 {
            var bytes = corpus.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0...bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0 where index < bytes.count: bytes.remove(at: index)
                case 1 where index < bytes.count: bytes[index] = alphabet.randomElement(using: &random) ?? 0
                case 2: bytes.removeSubrange(index...)
                default: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: index)
                }
            }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            #expect(try JSONValue(parsing: value.encoded()) == value, "seed \(seed), step \(step)")
        }
    }
}
