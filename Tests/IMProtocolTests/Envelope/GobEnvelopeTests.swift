import IMProtocol
import SwiftProtobuf
import TestKit
import Testing

@Suite struct GobEnvelopeTests {
    private static let requests: [(String, RequestEnvelope)] = [
        (
            Vectors.c1,
            RequestEnvelope(
                identifier: 1001,
                sendID: "user1",
                operationID: "op1",
                messageIncrement: "user1_op1",
                data: Vectors.bytes("0a057573657231")
            )
        ),
        (
            Vectors.c2,
            RequestEnvelope(
                identifier: 1003,
                sendID: "user1",
                operationID: "op2",
                messageIncrement: "user1_op2",
                data: Vectors.bytes("0a05757365723112057573657232")
            )
        ),
        (Vectors.c3, RequestEnvelope(identifier: 2005, sendID: "user1", operationID: "op3", messageIncrement: "op3")),
        (
            Vectors.c4,
            RequestEnvelope(
                identifier: 2004,
                sendID: "user1",
                operationID: "op4",
                messageIncrement: "user1_op4",
                data: [UInt8](repeating: 0x41, count: 300)
            )
        ),
    ]

    private static let responses: [(String, ResponseEnvelope)] = [
        (
            Vectors.s1,
            ResponseEnvelope(
                identifier: 1001,
                messageIncrement: "user1_op1",
                operationID: "op1",
                data: Vectors.bytes("0a0b0a0773695f615f62311005")
            )
        ),
        (
            Vectors.s2,
            ResponseEnvelope(
                identifier: 1003,
                messageIncrement: "user1_op2",
                operationID: "op2",
                errorCode: 1302,
                errorMessage: "BlockedByPeer"
            )
        ),
        (Vectors.s3, ResponseEnvelope(identifier: 2001, operationID: "op9", data: [0x0A, 0])),
        (Vectors.s4, ResponseEnvelope(identifier: 2002)),
        (Vectors.s5, ResponseEnvelope()),
        (Vectors.s6, ResponseEnvelope(identifier: 1003, errorCode: -1)),
        (Vectors.s7, ResponseEnvelope(identifier: 2004, messageIncrement: "user1_op4", operationID: "op4")),
    ]

    private static let broken: [(String, String)] = [
        ("nothing", ""),
        ("a definition without value", Vectors.requestDefinition),
        ("a value without definition", "27ff8001fe07d200"),
        ("a type that is defined twice", Vectors.requestDefinition + Vectors.c1),
        ("a length beyond the end", Vectors.requestDefinition + "30ff80"),
        ("an integer beyond the end", Vectors.requestDefinition + "04ff8001fe"),
        ("a string beyond its segment", Vectors.requestDefinition + "07ff80030575736500"),
        ("a field beyond the last", Vectors.requestDefinition + "05ff80070000"),
        ("bytes after the value", Vectors.requestDefinition + "04ff800000"),
        ("no end of the value", Vectors.requestDefinition + "02ff80"),
        ("a number of more than 32 bits", Vectors.requestDefinition + "09ff8001fb020000000000"),
        ("a length of 2^64-1", "f8ffffffffffffffff"),
        ("an integer of 9 bytes", "f7010101010101010101"),
        ("type id of the least integer", "09f8ffffffffffffffff03"),
        ("a kind that does not match", "1a7f0301010158" + "01ff80000101" + "010653656e644944" + "01040000000000"),
        ("no field in common", "0f7f030101015801ff800001010101580104000000" + "05ff8001020000"),
    ]

    @Test(arguments: 0..<4) func `a client's frame decodes to its request and is encoded from it`(index: Int) throws {
        let (hex, request) = Self.requests[index]
        #expect(try Envelopes.request(Vectors.bytes(hex)) == request)
        #expect(EnvelopeEncoding.gob.encode(request) == Vectors.bytes(hex))
    }

    @Test(arguments: 0..<7) func `a server's frame is encoded from its response and decodes to it`(index: Int) throws {
        let (hex, response) = Self.responses[index]
        #expect(EnvelopeEncoding.gob.encode(response) == Vectors.bytes(hex))
        #expect(try Envelopes.response(Vectors.bytes(hex)) == response)
    }

    @Test func `the type id is taken from the stream`() throws {
        #expect(try Envelopes.response(Vectors.bytes(Vectors.s4b)) == ResponseEnvelope(identifier: 2002))
    }

    @Test func `one decoder reads frames of different senders in any order`() throws {
        var decoder = EnvelopeDecoder()
        for hex in [Vectors.s4, Vectors.s4b, Vectors.s4b, Vectors.s2, Vectors.s4, Vectors.s4b] {
            let decoded = try Vectors.bytes(hex).span.bytes.withUnsafeBytes { (bytes) throws(EnvelopeError) in
                try decoder.decodeResponse(bytes, .gob)
            }
            #expect(decoded.identifier == (hex == Vectors.s2 ? 1003 : 2002))
        }
    }

    @Test func `a text message travels as the clients send it`() throws {
        let frame = Vectors.bytes(Vectors.e1)
        let request = try Envelopes.request(frame)
        let message = try Openim_Sdkws_MsgData(serializedBytes: request.data)
        #expect(request.identifier == 1003)
        #expect(request.operationID == "1700000000000000001")
        #expect(request.messageIncrement == "user1_1700000000000000002")
        #expect(message.recvID == "user2")
        #expect(message.senderNickname == "Ann")
        #expect(String(decoding: message.content, as: UTF8.self) == #"{"content":"hi"}"#)
        #expect(EnvelopeEncoding.gob.encode(request) == frame)
    }

    @Test func `the reply to it decodes`() throws {
        let response = try Envelopes.response(Vectors.bytes(Vectors.e2))
        let reply = try Openim_Msg_SendMsgResp(serializedBytes: response.data)
        #expect(reply.serverMsgID == "9e107d9d372bb6826bd81d3542a419d6")
        #expect(reply.sendTime == 1_700_000_000_123)
        #expect(EnvelopeEncoding.gob.encode(response) == Vectors.bytes(Vectors.e2))
    }

    @Test func `the push of it decodes`() throws {
        let response = try Envelopes.response(Vectors.bytes(Vectors.e3))
        let push = try Openim_Sdkws_PushMessages(serializedBytes: response.data)
        #expect(push.msgs["si_user1_user2"]?.msgs.first?.seq == 6)
        #expect(EnvelopeEncoding.gob.encode(response) == Vectors.bytes(Vectors.e3))
    }

    @Test func `an online status decodes`() throws {
        let response = try Envelopes.response(Vectors.bytes(Vectors.e4))
        let tips = try Openim_Sdkws_SubUserOnlineStatusTips(serializedBytes: response.data)
        #expect(tips.subscribers.first?.onlinePlatformIds == [1, 5])
        #expect(EnvelopeEncoding.gob.encode(response) == Vectors.bytes(Vectors.e4))
    }

    @Test func `zero values may be written out`() throws {
        // ReqIdentifier 0, Token empty, SendID "u".
        let frame = Vectors.bytes(Vectors.requestDefinition + "0a" + "ff80" + "0100" + "0100" + "010175" + "00")
        #expect(try Envelopes.request(frame) == RequestEnvelope(sendID: "u"))
    }

    @Test func `what follows the value is ignored`() throws {
        let request = try Envelopes.request(Vectors.bytes(Vectors.c3 + "ffffffff"))
        #expect(request.identifier == 2005)
    }

    @Test func `unknown fields of every scalar kind are skipped, whatever their order`() throws {
        // Type 66 (-66 = ff83, 66 = ff84): fields A bool, B uint, C float, D bytes, E string, F int, SendID string.
        let fields = [("A", "02"), ("B", "06"), ("C", "08"), ("D", "0a"), ("E", "0c"), ("F", "04"), ("SendID", "0c")]
        var definition = "ff83" + "03" + "01" + "0101" + "58" + "01ff84" + "00" + "0107"
        for (name, kind) in fields {
            let hex = name.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            definition += "01" + "0" + String(name.utf8.count) + hex + "01" + kind + "00"
        }
        definition += "0000"
        let value = "ff84" + "0101" + "01ff80" + "01feffff" + "01020102" + "010161" + "0103" + "010175" + "00"
        let frame = Self.segment(definition) + Self.segment(value)
        #expect(try Envelopes.request(frame) == RequestEnvelope(sendID: "u"))
    }

    @Test func `other definitions may stand before the value`() throws {
        // Type 70 is a slice (wireType field 1): not looked into.
        let slice = Self.segment("ff8b" + "02" + "0101" + "0153" + "01ff8c" + "00" + "010c" + "00" + "00")
        #expect(try Envelopes.request(slice + Vectors.bytes(Vectors.c1)).sendID == "user1")
        #expect(
            try Envelopes.request(Vectors.bytes(Vectors.requestDefinition) + slice + Self.valueOf(Vectors.c1)).sendID
                == "user1"
        )
    }

    @Test(arguments: Self.broken)
    func `a frame that breaks a rule is refused`(name: String, hex: String) {
        #expect(throws: EnvelopeError.self, "\(name)") { try Envelopes.request(Vectors.bytes(hex)) }
    }

    @Test func `every proper prefix of a frame is refused`() {
        for hex in Vectors.requests {
            let frame = Vectors.bytes(hex)
            for count in 0..<frame.count {
                #expect(throws: EnvelopeError.self) { try Envelopes.request(Array(frame.prefix(count))) }
            }
        }
    }

    @Test(arguments: [UInt64(20_260_702), UInt64.random(in: 0...UInt64.max)])
    func `what is encoded comes back, in both encodings`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for step in 0..<500 {
            let request = RequestEnvelope(
                identifier: Int32.random(in: Int32.min...Int32.max, using: &random),
                token: Self.text(&random),
                sendID: Self.text(&random),
                operationID: Self.text(&random),
                messageIncrement: Self.text(&random),
                data: (0..<Int.random(in: 0..<700, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            )
            let response = ResponseEnvelope(
                identifier: request.identifier,
                messageIncrement: request.messageIncrement,
                operationID: request.operationID,
                errorCode: Int32.random(in: -3...3, using: &random),
                errorMessage: request.token,
                data: request.data
            )
            for encoding in EnvelopeEncoding.allCases {
                #expect(try Envelopes.request(encoding.encode(request), encoding) == request, "\(seed), \(step)")
                #expect(try Envelopes.response(encoding.encode(response), encoding) == response, "\(seed), \(step)")
            }
        }
    }

    @Test(arguments: [UInt64(20_260_703), UInt64.random(in: 0...UInt64.max)])
    func `mutated frames are decoded or refused and never trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var decoder = EnvelopeDecoder()
        var refused = 0
        for _ in 0..<40_000 {
            let hex = (Vectors.requests + Vectors.responses)[Int.random(in: 0..<16, using: &random)]
            let frame = Self.mutated(Vectors.bytes(hex), &random)
            frame.span.bytes.withUnsafeBytes { bytes in
                if (try? decoder.decodeRequest(bytes, .gob)) == nil { refused += 1 }
                if (try? decoder.decodeResponse(bytes, .gob)) == nil { refused += 1 }
            }
        }
        #expect(refused > 1000, "seed \(seed)")
    }

    static func mutated(_ original: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0...Int.random(in: 0..<4, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[index] = .random(in: 0...255, using: &random)
            case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.remove(at: index)
            case 3: bytes.insert(.random(in: 0...255, using: &random), at: index)
            default: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 0..<20, using: &random)))
            }
        }
        return bytes
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        let alphabet: [Character] = [
            "a", "Z", "0", "\"", "\\", "<", ">", "&", "\u{2028}", "\u{2029}", "\u{1}", "ü", "😀", "\n",
        ]
        return String(
            (0..<Int.random(in: 0..<200, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" }
        )
    }

    private static func segment(_ hex: String) -> [UInt8] {
        let body = Vectors.bytes(hex)
        return [UInt8(body.count)] + body
    }

    private static func valueOf(_ hex: String) -> [UInt8] {
        Vectors.bytes(String(hex.dropFirst(Vectors.requestDefinition.count)))
    }
}
