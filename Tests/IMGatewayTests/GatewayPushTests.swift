import IMClient
import IMGateway
import IMProtocol
import NIOCore
import SwiftProtobuf
import Testing

@Suite(.timeLimit(.minutes(1))) struct GatewayPushTests {
    private static func message(_ seq: Int64, contentBytes: Int = 10) -> Openim_Sdkws_MsgData {
        var message = Openim_Sdkws_MsgData()
        message.sendID = "a"
        message.recvID = "b"
        message.sessionType = 1
        message.seq = seq
        message.status = 1
        message.content.append(contentsOf: [UInt8](repeating: 0x41, count: contentBytes))
        return message
    }

    @Test func `a push reaches all connections in their own encoding`() async throws {
        try await TestGateway.with { gateway in
            var clients: [IMClient] = []
            for (platform, encoding, compression) in [
                (Platform.iOS, EnvelopeEncoding.gob, true), (.android, .gob, false), (.web, .json, true),
                (.windows, .json, false), (.linux, .gob, true),
            ] {
                clients.append(
                    try await gateway.client("b", platform: platform, encoding: encoding, compression: compression)
                )
            }
            let answer = try await gateway.push(Self.message(6), to: ["b", "nobody", "b"])
            #expect(answer.singlePushResult.map(\.userID) == ["b", "nobody"])
            #expect(answer.singlePushResult[0].onlinePush)
            #expect(answer.singlePushResult[0].resp.map(\.resultCode) == [0, 0, 0, 0, 0])
            #expect(Set(answer.singlePushResult[0].resp.map(\.recvPlatFormID)) == [1, 2, 3, 5, 7])
            #expect(answer.singlePushResult[0].resp.allSatisfy { $0.recvID == "b" })
            #expect(answer.singlePushResult[1].resp.isEmpty && !answer.singlePushResult[1].onlinePush)
            for client in clients {
                var pushes = client.pushes.makeAsyncIterator()
                let push = try #require(await pushes.next())
                let message = try #require(push.msgs["si_a_b"]?.msgs.first)
                #expect(push.notificationMsgs.isEmpty)
                #expect(message.seq == 6)
                #expect(message.status == 2)
            }
        }
    }

    @Test func `a notification goes into the other map, and its status stays when it is not 1`() async throws {
        try await TestGateway.with { gateway in
            let client = try await gateway.client("b")
            var message = Self.message(1)
            message.options = ["isNotNotification": false]
            message.status = 4
            _ = try await gateway.push(message, to: ["b"])
            var pushes = client.pushes.makeAsyncIterator()
            let push = await pushes.next()
            #expect(push?.msgs.isEmpty == true)
            #expect(push?.notificationMsgs["n_a_b"]?.msgs.first?.status == 4)
        }
    }

    @Test func `the push frame is the documented one`() async throws {
        try await TestGateway.with { gateway in
            let connection = try await gateway.raw()
            _ = try await gateway.push(Self.message(6), to: ["u"], operationID: "trace")
            var decoder = EnvelopeDecoder()
            let payload = await connection.frame()?.payload ?? []
            let response = try payload.span.bytes.withUnsafeBytes { try decoder.decodeResponse($0, .gob) }
            #expect(response.identifier == 2001)
            #expect(response.operationID == "trace")
            #expect(response.messageIncrement.isEmpty)
        }
    }

    @Test func `a message without a conversation is refused`() async throws {
        try await TestGateway.with { gateway in
            let client = try await gateway.client("b")
            var message = Self.message(1)
            message.sessionType = 9
            await #expect(throws: IMError(.args, "unknown sessionType 9")) {
                try await gateway.push(message, to: ["b"])
            }
            #expect(client.isConnected)
        }
    }

    @Test func `pushes of one caller arrive in order on every connection`() async throws {
        try await TestGateway.with { gateway in
            var clients: [IMClient] = []
            for platform in Platform.allCases { clients.append(try await gateway.client("b", platform: platform)) }
            for seq in 1...200 { _ = try await gateway.push(Self.message(Int64(seq)), to: ["b"]) }
            for client in clients {
                var seqs: [Int64] = []
                for await push in client.pushes {
                    seqs += push.msgs["si_a_b"]?.msgs.map(\.seq) ?? []
                    if seqs.count == 200 { break }
                }
                #expect(seqs == Array(1...200))
            }
        }
    }

    @Test func `an iOS app in the background is left out until it comes back`() async throws {
        try await TestGateway.with { gateway in
            let phone = try await gateway.client("b", platform: .iOS)
            let tablet = try await gateway.client("b", platform: .iPad)
            var state = Openim_Sdkws_SetAppBackgroundStatusReq()
            state.isBackground = true
            for client in [phone, tablet] {
                #expect(try await client.request(2004, data: state.serializedBytes()).isEmpty)
            }
            let user = try await gateway.push(Self.message(1), to: ["b"]).singlePushResult[0]
            #expect(Set(user.resp.map { [$0.resultCode, Int64($0.recvPlatFormID)] }) == [[1604, 1], [0, 9]])
            #expect(!user.onlinePush)
            state.isBackground = false
            _ = try await phone.request(2004, data: state.serializedBytes())
            #expect(try await gateway.push(Self.message(2), to: ["b"]).singlePushResult[0].onlinePush)
        }
    }

    @Test func `a client that does not read is closed when its queue is full, and others are not held up`() async throws
    {
        try await TestGateway.with {
            $0.framesQueuedMax = 8
        } _: { gateway in
            let stalled = try await gateway.raw("sendID=b&token=b%7C1&platformID=1&operationID=o")
            try await stalled.channel.setOption(.autoRead, value: false).get()
            let reader = try await gateway.client("b", platform: .android, compression: false)
            var codes: [Int64] = []
            var seq: Int64 = 0
            while gateway.server.counters.overflowed.value == 0, seq < 3000 {
                seq += 1
                let answer = try await gateway.push(Self.message(seq, contentBytes: 100_000), to: ["b"])
                codes += answer.singlePushResult[0].resp.filter { $0.recvPlatFormID == 1 }.map(\.resultCode)
                var pushes = reader.pushes.makeAsyncIterator()
                #expect(await pushes.next()?.msgs["si_a_b"]?.msgs.first?.seq == seq)
            }
            #expect(gateway.server.counters.overflowed.value == 1)
            #expect(codes.dropLast().allSatisfy { $0 == 0 })
            #expect(codes.last == 1603)
            try await TestGateway.until { gateway.server.counters.connections.value == 1 }
        }
    }

    @Test func `a newer login throws the older one of the platform out`() async throws {
        try await TestGateway.with { gateway in
            let older = try await gateway.client("b", platform: .iOS, session: "old")
            let tablet = try await gateway.client("b", platform: .iPad, session: "x")
            let newer = try await gateway.client("b", platform: .iOS, session: "new")
            var kicks = older.kicks.makeAsyncIterator()
            #expect(await kicks.next() != nil)
            await older.waitUntilClosed()
            try await TestGateway.until { !gateway.auth.invalidations.isEmpty }
            let request = try #require(gateway.auth.invalidations.first)
            #expect(request.preservedToken == "b|1|new")
            #expect(request.userID == "b")
            #expect(request.platformID == 1)
            let user = try await gateway.push(Self.message(1), to: ["b"]).singlePushResult[0]
            #expect(user.resp.map(\.resultCode) == [0, 0])
            #expect(tablet.isConnected && newer.isConnected)
        }
    }

    @Test func `a reconnect with the same token throws nobody out but makes other tokens invalid`() async throws {
        try await TestGateway.with { gateway in
            let first = try await gateway.client("b")
            let second = try await gateway.client("b")
            try await TestGateway.until { gateway.auth.invalidations.count == 1 }
            #expect(first.isConnected && second.isConnected)
            let user = try await gateway.push(Self.message(1), to: ["b"]).singlePushResult[0]
            #expect(user.resp.count == 2)
            #expect(gateway.server.counters.kicked.value == 0)
        }
    }

    @Test func `by terminal class exactly the tokens of those thrown out become invalid`() async throws {
        try await TestGateway.with {
            $0.loginPolicy = .sameTerminalClass
        } _: { gateway in
            let phone = try await gateway.client("b", platform: .iOS)
            let other = try await gateway.client("b", platform: .android)
            await phone.waitUntilClosed()
            try await TestGateway.until { gateway.auth.kickedTokens == [["b|1|1"]] }
            #expect(gateway.auth.invalidations.isEmpty)
            #expect(other.isConnected)
        }
    }
}
