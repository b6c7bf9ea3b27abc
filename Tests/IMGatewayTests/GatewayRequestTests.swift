import IMClient
import IMGateway
import IMProtocol
import NIOCore
import ServerRuntime
import SwiftProtobuf
import TestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct GatewayRequestTests {
    private static func message(_ id: String, _ content: String = "hi") -> Openim_Sdkws_MsgData {
        var message = Openim_Sdkws_MsgData()
        message.sendID = "u"
        message.recvID = "v"
        message.clientMsgID = id
        message.sessionType = 1
        message.contentType = 101
        message.status = 1
        message.content.append(contentsOf: content.utf8)
        return message
    }

    /// A request frame of an uncompressed gob connection of user `u`.
    private static func frame(_ identifier: Int32, _ data: [UInt8] = [], user: String = "u", number: Int = 1) -> [UInt8]
    {
        let request = RequestEnvelope(
            identifier: identifier,
            sendID: user,
            operationID: "op",
            messageIncrement: "u_\(number)",
            data: data
        )
        return RawConnection.frame(2, EnvelopeEncoding.gob.encode(request))
    }

    private static func response(_ frame: (opcode: UInt8, payload: [UInt8])?) throws -> ResponseEnvelope {
        var decoder = EnvelopeDecoder()
        let payload = frame?.payload ?? []
        return try payload.span.bytes.withUnsafeBytes { try decoder.decodeResponse($0, .gob) }
    }

    @Test(arguments: EnvelopeEncoding.allCases, [true, false])
    func `the four operations answer in every encoding`(encoding: EnvelopeEncoding, compression: Bool) async throws {
        try await TestGateway.with { gateway in
            let client = try await gateway.client(
                "u",
                encoding: encoding,
                compression: compression,
                isMessageResponse: compression
            )
            #expect(try await client.newestSeqs(userID: "u").maxSeqs == ["si_a_b": 5])
            #expect(try await client.sendMessage(Self.message("m1"), operationID: "trace").clientMsgID == "m1")
            var range = Openim_Sdkws_PullMessageBySeqsReq()
            range.seqRanges = [.with { ($0.conversationID, $0.num) = ("c", 100_000) }]
            #expect(try await client.pullByRange(range).msgs["c"]?.msgs.first?.clientMsgID.utf8.count == 100_000)
            var list = Openim_Msg_GetSeqMessageReq()
            list.conversations = [.with { ($0.conversationID, $0.seqs) = ("c", [3, 1, 2]) }]
            #expect(try await client.pullBySeqs(list).msgs["c"]?.msgs.map(\.seq) == [3, 1, 2])
            let context = gateway.messages.contexts.first
            #expect(context?.operationID == "trace")
            #expect(context?.userID == "u")
            #expect(context?.platform == .iOS)
            #expect(context?.connectionID.utf8.count == 32)
            #expect(context?.isAdmin == false)
            await client.close()
        }
    }

    @Test func `read positions and last messages are answered`() async throws {
        try await TestGateway.with { gateway in
            let client = try await gateway.client("u")
            var positions = Openim_Msg_GetConversationsHasReadAndMaxSeqReq()
            positions.conversationIds = ["si_a_b"]
            #expect(try await client.readSeqs(positions).seqs["si_a_b"]?.maxSeq == 9)
            var last = Openim_Msg_GetLastMessageReq()
            last.conversationIds = ["si_a_b"]
            #expect(try await client.lastMessages(last).msgs["si_a_b"]?.seq == 9)
            await client.close()
        }
    }

    @Test func `errors of services are told by code, others as 500`() async throws {
        try await TestGateway.with { gateway in
            let client = try await gateway.client("u")
            await #expect(throws: IMError(.blockedByPeer)) {
                try await client.sendMessage(Self.message("m", "blocked"))
            }
            await #expect(throws: IMError(.serverInternal)) {
                try await client.sendMessage(Self.message("m", "broken"))
            }
            await #expect(throws: IMError(.noPermission)) { try await client.newestSeqs(userID: "other") }
            await #expect(throws: IMError(.serverInternal)) { try await client.request(1003, data: [0xFF]) }
            await #expect(throws: IMError(.args)) { try await client.request(1004, data: []) }
            await #expect(throws: IMError(.serverInternal)) { try await client.request(2005, data: []) }
            #expect(try await client.newestSeqs(userID: "u").maxSeqs == ["si_a_b": 5])
        }
    }

    /// The documented request 1001 of `user1`, as a native client compresses it.
    private static let compressedRequest = """
        1f8b08000000000000ff24c74daa82601406e0f35effb866eb68ec1e84701081050de323df428aa39e4fc7b9c6169461\
        cd9e87cf00c8b6549a7b9c7cc51ef32488b1aed897357568ae0d0da1203ab6772a32417ca0d665b170b5ef686e685afd\
        3dd9f95ba9175b1c166e70484564334f7827afbf68f4b41c41dbe5f8fffabc3049a3d1d372f90c00c50f68378e000000
        """

    @Test func `a request that Go has compressed is answered`() async throws {
        try await TestGateway.with { gateway in
            let query = "sendID=user1&token=user1%7C1&platformID=1&operationID=o&compression=gzip"
            let connection = try await gateway.raw(query)
            let digits = Self.compressedRequest.compactMap(\.hexDigitValue)
            let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
            connection.send(RawConnection.frame(2, bytes))
            let compressed = await connection.frame()?.payload ?? []
            let payload = try GzipInflater().decompress(compressed, limitBytes: 10_000)
            let response = try Self.response((2, payload))
            #expect(response.messageIncrement == "user1_op1")
            let reply = try Openim_Sdkws_GetMaxSeqResp(serializedBytes: response.data)
            #expect(reply.maxSeqs == ["si_a_b": 5])
        }
    }

    @Test func `an administrator may ask for others`() async throws {
        try await TestGateway.with { gateway in
            let client = try await gateway.client("imAdmin", platform: .admin)
            #expect(try await client.newestSeqs(userID: "other").maxSeqs == ["si_a_b": 5])
        }
    }

    @Test func `pipelined requests run one after another and are answered in order`() async throws {
        try await TestGateway.with {
            $0.requestsWaitingMax = 4
        } _: { gateway in
            let connection = try await gateway.raw()
            var bytes: [UInt8] = []
            for number in 0..<40 {
                let content = number % 10 == 3 ? "wait" : "hi"
                let data: [UInt8] = try Self.message("m\(number)", content).serializedBytes()
                bytes += Self.frame(1003, data, number: number)
            }
            connection.send(bytes)
            for number in 0..<40 {
                let response = try Self.response(await connection.frame())
                #expect(response.messageIncrement == "u_\(number)")
                #expect(try Openim_Msg_SendMsgResp(serializedBytes: response.data).clientMsgID == "m\(number)")
            }
            #expect(gateway.messages.concurrencyMax == 1)
        }
    }

    @Test func `a fragmented request is answered, and pings between its fragments at once`() async throws {
        try await TestGateway.with { gateway in
            let connection = try await gateway.raw()
            var query = Openim_Sdkws_GetMaxSeqReq()
            query.userID = "u"
            let request = RequestEnvelope(
                identifier: 1001,
                sendID: "u",
                messageIncrement: "1",
                data: try query.serializedBytes()
            )
            let payload = EnvelopeEncoding.gob.encode(request)
            connection.send(RawConnection.frame(2, Array(payload.prefix(50)), isFinal: false))
            connection.send(RawConnection.frame(9, Array("op".utf8)))
            let pong = await connection.frame()
            #expect(pong?.opcode == 10)
            #expect(pong?.payload == Array("op".utf8))
            connection.send(RawConnection.frame(0, Array(payload.dropFirst(50))))
            #expect(try Self.response(await connection.frame()).messageIncrement == "1")
        }
    }

    @Test func `a text ping is answered by a text pong`() async throws {
        try await TestGateway.with { gateway in
            let connection = try await gateway.raw()
            connection.send(RawConnection.frame(1, Array(#"{"type":"pong"}"#.utf8)))
            connection.send(RawConnection.frame(1, Array(#"{"type":"ping","body":"17"}"#.utf8)))
            let frame = await connection.frame()
            #expect(frame?.opcode == 1)
            #expect(String(decoding: frame?.payload ?? [], as: UTF8.self) == #"{"type":"pong","body":"17"}"#)
        }
    }

    private static let endings: [(String, [UInt8])] = [
        ("an envelope of another user", frame(1001, user: "other")),
        ("an unknown operation", frame(3001)),
        ("an operation of the server", frame(2001)),
        ("an envelope that cannot be decoded", RawConnection.frame(2, [1, 2, 3])),
        ("an empty frame", RawConnection.frame(2, [])),
        ("text that is no heartbeat", RawConnection.frame(1, Array("hello".utf8))),
        ("a compressed frame where none is agreed", RawConnection.frame(2, Vectors.gzip)),
    ]

    @Test(arguments: endings)
    func `the connection is closed without a reply after`(what: String, bytes: [UInt8]) async throws {
        try await TestGateway.with { gateway in
            let connection = try await gateway.raw()
            connection.send(bytes)
            #expect(await connection.readToEnd().isEmpty, "\(what)")
            try await TestGateway.until { gateway.server.counters.violations.value == 1 }
        }
    }

    @Test func `on a compressed connection a plain frame and a bomb end it`() async throws {
        try await TestGateway.with {
            $0.decompressedBytesMax = 100_000
        } _: { gateway in
            let query = "sendID=u&token=u%7C1&platformID=1&operationID=o&compression=gzip"
            let plain = try await gateway.raw(query)
            plain.send(Self.frame(1001))
            #expect(await plain.readToEnd().isEmpty)
            let bomb = try await gateway.raw(query)
            let data = [UInt8](repeating: 0, count: 200_000)
            let envelope = EnvelopeEncoding.gob.encode(RequestEnvelope(identifier: 1001, sendID: "u", data: data))
            bomb.send(RawConnection.frame(2, try GzipDeflater().compress(envelope)))
            #expect(await bomb.readToEnd().isEmpty)
        }
    }

    @Test func `a frame of the limit is read and a larger one is answered by close 1009`() async throws {
        try await TestGateway.with { gateway in
            let connection = try await gateway.raw()
            let empty = EnvelopeEncoding.gob.encode(
                RequestEnvelope(identifier: 1004, sendID: "u", data: [UInt8](repeating: 0, count: 51000))
            )
            let fill = 51000 + 51200 - empty.count
            let exact = EnvelopeEncoding.gob.encode(
                RequestEnvelope(identifier: 1004, sendID: "u", data: [UInt8](repeating: 0, count: fill))
            )
            #expect(exact.count == 51200)
            connection.send(RawConnection.frame(2, exact))
            #expect(try Self.response(await connection.frame()).errorCode == 1001)
            connection.send(RawConnection.frame(2, exact + [0]))
            let close = await connection.frame()
            #expect(close?.opcode == 8)
            #expect(close?.payload == [0x03, 0xF1])
            #expect(await connection.frame() == nil)
        }
    }

    @Test func `a close is answered with its code`() async throws {
        try await TestGateway.with { gateway in
            let connection = try await gateway.raw()
            connection.send(RawConnection.frame(8, [0x0B, 0xB9] + Array("network".utf8)))
            let close = await connection.frame()
            #expect(close?.opcode == 8)
            #expect(close?.payload == [0x0B, 0xB9])
            #expect(await connection.frame() == nil)
        }
    }

    @Test func `logout is answered and closes`() async throws {
        try await TestGateway.with { gateway in
            let connection = try await gateway.raw()
            var message = Openim_Push_DelUserPushTokenReq()
            message.platformID = 1
            connection.send(Self.frame(2003, try message.serializedBytes()) + Self.frame(1001))
            #expect(
                try Self.response(await connection.frame())
                    == ResponseEnvelope(
                        identifier: 2003,
                        messageIncrement: "u_1",
                        operationID: "op"
                    )
            )
            #expect(await connection.frame() == nil)
        }
    }

    @Test func `silence closes, and Web gets pings`() async throws {
        try await TestGateway.with {
            // Other tests may keep the machine busy for a second.
            $0.readTimeout = .seconds(4)
            $0.webPingInterval = .milliseconds(100)
        } _: { gateway in
            let phone = try await gateway.raw()
            #expect(await phone.readToEnd().isEmpty)
            let web = try await gateway.raw("sendID=u&token=u%7C5&platformID=5&operationID=o")
            for _ in 0..<10 {
                let ping = await web.frame()
                #expect(ping?.opcode == 9)
                #expect(ping?.payload.isEmpty == true)
                web.send(RawConnection.frame(10, []))
            }
            #expect(gateway.server.counters.timedOut.value == 1)
        }
    }

    @Test(arguments: [UInt64(20_260_706), UInt64.random(in: 0...UInt64.max)])
    func `mutated frames never stop the server`(seed: UInt64) async throws {
        try await TestGateway.with { gateway in
            var random = SeededGenerator(seed: seed)
            for _ in 0..<200 {
                let connection = try await gateway.raw()
                var bytes = Self.frame(1003, try Self.message("m").serializedBytes()) + RawConnection.frame(9, [1])
                for _ in 0..<3 {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                }
                connection.send(bytes)
                connection.send(RawConnection.frame(8, [0x03, 0xE8]))
                connection.close()
            }
            let client = try await gateway.client("u")
            #expect(try await client.newestSeqs(userID: "u").maxSeqs == ["si_a_b": 5], "seed \(seed)")
        }
    }
}

private enum Vectors {
    /// A request, compressed.
    static let gzip: [UInt8] = {
        let plain = EnvelopeEncoding.gob.encode(RequestEnvelope(identifier: 1001, sendID: "u"))
        return (try? GzipDeflater().compress(plain)) ?? []
    }()
}
