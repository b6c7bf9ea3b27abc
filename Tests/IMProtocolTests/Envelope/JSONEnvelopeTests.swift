import IMProtocol
import TestKit
import Testing

@Suite struct JSONEnvelopeTests {
    private static let request =
        #"{"reqIdentifier":1001,"token":"","sendID":"user1","operationID":"op1","msgIncr":"user1_op1","data":"CgV1c2VyMQ=="}"#

    @Test func `a request decodes and is encoded in the same form`() throws {
        let expected = RequestEnvelope(
            identifier: 1001,
            sendID: "user1",
            operationID: "op1",
            messageIncrement: "user1_op1",
            data: Vectors.bytes("0a057573657231")
        )
        #expect(try Self.decode(Self.request) == expected)
        #expect(String(decoding: EnvelopeEncoding.json.encode(expected), as: UTF8.self) == Self.request)
    }

    @Test func `a reply has all six keys`() {
        let response = ResponseEnvelope(
            identifier: 1001,
            messageIncrement: "user1_op1",
            operationID: "op1",
            data: Vectors.bytes("0a0b0a0773695f615f62311005")
        )
        #expect(
            Self.encode(response)
                == #"{"reqIdentifier":1001,"msgIncr":"user1_op1","operationID":"op1","errCode":0,"errMsg":"","#
                + #""data":"CgsKB3NpX2FfYjEQBQ=="}"#
        )
        #expect(
            Self.encode(ResponseEnvelope(identifier: 2002))
                == #"{"reqIdentifier":2002,"msgIncr":"","operationID":"","errCode":0,"errMsg":"","data":null}"#
        )
    }

    @Test func `output escapes what Go escapes`() {
        let response = ResponseEnvelope(operationID: "<a>&\u{2028}\u{2029}\"\\\n\u{1}ü")
        #expect(Self.encode(response).contains(#""operationID":"\u003ca\u003e\u0026\u2028\u2029\"\\\n\u0001ü""#))
    }

    @Test func `keys match in any case, and unknown ones are ignored`() throws {
        let text = #" { "REQIDENTIFIER" : 1 , "SendId":"u", "x": {"a":[1,2.5e3,null,true,"\u00e9"],"b":{}}, "y":[] } "#
        #expect(try Self.decode(text) == RequestEnvelope(identifier: 1, sendID: "u"))
    }

    @Test func `null and absence are empty`() throws {
        let text = #"{"reqIdentifier":null,"token":null,"sendID":null,"msgIncr":null,"data":null}"#
        #expect(try Self.decode(text) == RequestEnvelope())
        #expect(try Self.decode("{}") == RequestEnvelope())
        #expect(try Self.decode("null") == RequestEnvelope())
    }

    @Test func `escapes in strings are read`() throws {
        let request = try Self.decode(#"{"sendID":"\"\\\/\b\f\n\r\t\u00fc\ud83d\ude00"}"#)
        #expect(request.sendID == "\"\\/\u{8}\u{c}\n\r\tü😀")
    }

    @Test(arguments: [
        "", "x", "[]", "{", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "{} x", #"{"reqIdentifier":"1"}"#,
        #"{"reqIdentifier":1.0}"#, #"{"reqIdentifier":1e3}"#, #"{"reqIdentifier":2147483648}"#, #"{"reqIdentifier":-}"#,
        #"{"reqIdentifier":01}"#, #"{"sendID":1}"#, #"{"sendID":["a"]}"#, #"{"sendID":"a"#, #"{"sendID":"\x"}"#,
        #"{"sendID":"\u12g4"}"#, "{\"sendID\":\"a\nb\"}", #"{"data":"a"}"#, #"{"data":"====" }"#, #"{"data":"YQ="}"#,
        #"{"data":"YQ==YQ=="}"#, #"{"data":"Y_=="}"#, #"{"data":1}"#, #"{"x":nul}"#, #"{"x":tru}"#, #"{"x":.5}"#,
        #"{'x':1}"#, #"{"sendID":"\ud800x"}"#,
    ])
    func `a frame that breaks a rule is refused`(text: String) {
        #expect(throws: EnvelopeError.self) { try Self.decode(text) }
    }

    @Test func `deep nesting is refused and not recursed into`() {
        let text = #"{"x":"# + String(repeating: "[", count: 100_000)
        #expect(throws: EnvelopeError.self) { try Self.decode(text) }
    }

    @Test(arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar"])
    func `unpadded base64url is decoded`(text: String) {
        let padded = Base64.encode(Array(text.utf8))
        let packed = String(decoding: padded.filter { $0 != UInt8(ascii: "=") }, as: UTF8.self)
        #expect(Base64.decode(urlSafeUnpadded: packed) == Array(text.utf8))
    }

    @Test func `base64url has its own two characters, and no others`() {
        #expect(Base64.decode(urlSafeUnpadded: "-_-_") == [0xFB, 0xFF, 0xBF])
        for text in ["+/+/", "YQ==", "Y", "YQ YQ", "é"] {
            #expect(Base64.decode(urlSafeUnpadded: text) == nil, "\(text)")
        }
    }

    @Test(arguments: [UInt64(20_260_704), UInt64.random(in: 0...UInt64.max)])
    func `mutated frames are decoded or refused and never trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let original = Array((Self.request.dropLast() + #","x":[{"a":-1.5e+3},null,false,"\ud83d\ude00"]}"#).utf8)
        for _ in 0..<40_000 {
            let frame = GobEnvelopeTests.mutated(original, &random)
            // The outcome does not matter here; a trap would end the process.
            _ = try? Envelopes.request(frame, .json)
            _ = try? Envelopes.response(frame, .json)
        }
    }

    private static func decode(_ text: String) throws(EnvelopeError) -> RequestEnvelope {
        try Envelopes.request(Array(text.utf8), .json)
    }

    private static func encode(_ response: ResponseEnvelope) -> String {
        String(decoding: EnvelopeEncoding.json.encode(response), as: UTF8.self)
    }
}
