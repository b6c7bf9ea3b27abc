import IMClient
import IMGateway
import IMProtocol
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(1))) struct GatewayAdmissionTests {
    private static let user = "sendID=u&platformID=1&operationID=o&isBackground=false"

    /// Query and the body of the refusal.
    private static let refusals: [(String, String)] = [
        (
            "sendID=u",
            #"{"errCode":1602,"errMsg":"args err, need token, sendID, platformID","errDlt":"platformID is not int"}"#
        ),
        (user, #"{"errCode":1602,"errMsg":"args err, need token, sendID, platformID","errDlt":"token is empty"}"#),
        (user + "&token=error%7C1501", #"{"errCode":1501,"errMsg":"TokenExpiredError","errDlt":""}"#),
        (user + "&token=error%7C1503", #"{"errCode":1503,"errMsg":"TokenMalformedError","errDlt":""}"#),
        (user + "&token=error%7C1506", #"{"errCode":1506,"errMsg":"TokenKickedError","errDlt":""}"#),
        (user + "&token=error%7C1507", #"{"errCode":1507,"errMsg":"TokenNotExistError","errDlt":""}"#),
        (user + "&token=x%7C1", #"{"errCode":1502,"errMsg":"TokenInvalidError","errDlt":"token uid x != userID u"}"#),
        (
            user + "&token=u%7C2",
            #"{"errCode":1502,"errMsg":"TokenInvalidError","errDlt":"token platform 2 != platformID 1"}"#
        ),
        (
            user + "&token=broken",
            #"{"errCode":500,"errMsg":"ServerInternalError","errDlt":"#
                + #""internal error, see the server's log under this operationID"}"#
        ),
        (
            "isMsgResp=true&" + "sendID=u&platformID=99&operationID=o&token=t",
            #"{"errCode":1602,"errMsg":"args err, need token, sendID, platformID","errDlt":"platformID is invalid"}"#
        ),
    ]

    @Test(arguments: refusals)
    func `a refusal is HTTP 200 with a JSON body`(query: String, body: String) async throws {
        try await TestGateway.with { gateway in
            let connection = try await RawConnection.connect(port: gateway.port)
            connection.sendUpgrade("/any/path?" + query)
            let head = try await connection.readHead()
            #expect(head.hasPrefix("HTTP/1.1 200 "))
            #expect(head.contains("Content-Type: application/json; charset=utf-8"))
            #expect(String(decoding: await connection.readToEnd(), as: UTF8.self) == body)
            #expect(gateway.server.counters.connections.value == 0)
        }
    }

    @Test func `with isMsgResp a refused token is told in one text frame after the upgrade`() async throws {
        try await TestGateway.with { gateway in
            let connection = try await gateway.raw(Self.user + "&isMsgResp=true&token=error%7C1506")
            let frame = await connection.frame()
            #expect(frame?.opcode == 1)
            #expect(
                String(decoding: frame?.payload ?? [], as: UTF8.self)
                    == #"{"errCode":1506,"errMsg":"TokenKickedError","errDlt":""}"#
            )
            #expect(await connection.frame() == nil)
        }
    }

    @Test func `the confirmation is the first frame, and only for those who ask`() async throws {
        try await TestGateway.with { gateway in
            let asking = try await gateway.raw(Self.user + "&isMsgResp=true&token=u%7C1")
            let frame = await asking.frame()
            #expect(frame?.opcode == 1)
            #expect(String(decoding: frame?.payload ?? [], as: UTF8.self) == #"{"errCode":0,"errMsg":"","errDlt":""}"#)
            let silent = try await gateway.raw(Self.user + "&token=u%7C1")
            silent.send(RawConnection.frame(9, [1]))
            #expect(await silent.frame()?.opcode == 10)
        }
    }

    @Test func `a request without upgrade headers gets 400, but admission comes first`() async throws {
        try await TestGateway.with { gateway in
            for (query, status, body) in [
                (Self.user + "&token=u%7C1", "400", "Bad Request"),
                (Self.user + "&isMsgResp=1&token=error%7C1506", "400", "Bad Request"),
                (
                    Self.user + "&token=error%7C1506", "200",
                    #"{"errCode":1506,"errMsg":"TokenKickedError","errDlt":""}"#
                ),
            ] {
                let connection = try await RawConnection.connect(port: gateway.port)
                connection.send(Array("GET /?\(query) HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
                let head = try await connection.readHead()
                #expect(head.hasPrefix("HTTP/1.1 \(status) "))
                #expect(String(decoding: await connection.readToEnd(), as: UTF8.self) == body)
            }
        }
    }

    @Test func `an upgrade of another version gets 400`() async throws {
        try await TestGateway.with { gateway in
            let connection = try await RawConnection.connect(port: gateway.port)
            connection.send(
                Array(
                    ("GET /?\(Self.user)&token=u%7C1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
                        + "Upgrade: websocket\r\nSec-WebSocket-Version: 12\r\nSec-WebSocket-Key: eA==\r\n\r\n").utf8
                )
            )
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test func `the packed form is admitted`() async throws {
        try await TestGateway.with { gateway in
            let json = #"{"token":"u|1","userID":"u","platformID":1,"operationID":"o","sendResponse":true}"#
            let packed = Base64.encode(Array(json.utf8))
            let query = String(decoding: packed.filter { $0 != UInt8(ascii: "=") }, as: UTF8.self)
            let connection = try await gateway.raw("v=" + query)
            #expect(await connection.frame()?.opcode == 1)
        }
    }

    @Test func `one connection more than the limit is refused with 1601`() async throws {
        try await TestGateway.with {
            $0.connectionsMax = 2
        } _: { gateway in
            let first = try await gateway.client("a")
            let second = try await gateway.client("b")
            await #expect(throws: IMError(.connectionsOverMax, "over max conn num limit")) {
                try await gateway.client("c")
            }
            await first.close()
            try await TestGateway.until { gateway.server.counters.connections.value == 1 }
            let third = try await gateway.client("c")
            #expect(third.isConnected && second.isConnected)
        }
    }

    @Test func `a connection that sends no request is closed in time`() async throws {
        try await TestGateway.with {
            $0.handshakeTimeout = .milliseconds(100)
        } _: { gateway in
            let connection = try await RawConnection.connect(port: gateway.port)
            connection.send(Array("GET /".utf8))
            #expect(await connection.readToEnd().isEmpty)
        }
    }

    @Test func `a check of the token that hangs ends with the handshake's time`() async throws {
        try await TestGateway.with {
            $0.handshakeTimeout = .milliseconds(100)
        } _: { gateway in
            let connection = try await RawConnection.connect(port: gateway.port)
            connection.sendUpgrade("/?" + Self.user + "&token=hang")
            #expect(await connection.readToEnd().isEmpty)
            #expect(gateway.server.counters.connections.value == 0)
        }
    }

    @Test func `frames that come with the upgrade request are not lost`() async throws {
        try await TestGateway.with { gateway in
            let connection = try await RawConnection.connect(port: gateway.port)
            connection.sendUpgrade("/?" + Self.user + "&token=u%7C1")
            connection.send(RawConnection.frame(9, [1, 2]))
            connection.send(RawConnection.frame(9, [3]))
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 101 "))
            #expect(await connection.frame()?.payload == [1, 2])
            #expect(await connection.frame()?.payload == [3])
        }
    }

    @Test func `garbage instead of HTTP closes the connection`() async throws {
        try await TestGateway.with { gateway in
            let connection = try await RawConnection.connect(port: gateway.port)
            connection.send(Array("\u{1}\u{2}nonsense\r\n\r\n".utf8))
            _ = await connection.readToEnd()
            #expect(gateway.server.counters.connections.value == 0)
        }
    }
}
