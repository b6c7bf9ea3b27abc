import Curl
import Foundation
import Glibc
import IMClient
import IMProtocol
import TestKit
import Testing

/// What a server answers to nonsense, and that it outlives it.
@Suite(.serialized, .enabled(if: Stack.kafka.isUp, "scripts/stack up"), .timeLimit(.minutes(3)))
struct BadInputTests {
    @Test func `bad requests get the answers that clients know and do no harm`() async throws {
        try await ServerUnderTest.run { server in
            let process = try await server.start()
            try await self.badHTTP(on: server)
            try await self.badMessages(on: server)
            try await self.badFrames(on: server)
            let users = try await server.users(1)
            #expect(users.count == 1, "the server still works")
            #expect(process.exitCode == nil)
            process.signal(SIGTERM)
            #expect(try await process.wait(atMost: .seconds(20)) == 0)
        }
    }

    private func badHTTP(on server: ServerUnderTest) async throws {
        let users = try await server.users(1)
        let token = users[0].token
        let cases: [(path: String, token: String?, body: String, code: Int32)] = [
            ("/auth/get_admin_token", nil, #"{"secret":"wrong","userID":"imAdmin"}"#, 1002),
            ("/auth/get_admin_token", nil, #"{"secret":"\#(ServerUnderTest.secret)","userID":"nobody"}"#, 1001),
            ("/auth/get_admin_token", nil, "{", 1001),
            ("/auth/parse_token", nil, #"{"token":"abc"}"#, 1503),
            ("/auth/parse_token", nil, #"{"token":7}"#, 1001),
            ("/user/get_users_info", nil, #"{"userIDs":["a"]}"#, 1001),
            ("/user/get_users_info", "garbage", #"{"userIDs":["a"]}"#, 1503),
            ("/user/user_register", token, #"{"users":[{"userID":"x","nickname":"X"}]}"#, 1002),
            ("/msg/newest_seq", token, #"{"userID":"somebody_else"}"#, 1002),
            ("/msg/pull_msg_by_seq", token, #"{"userID":1}"#, 1001),
        ]
        for (path, token, body, code) in cases {
            let answer = try await server.api.send(path, token: token, body: Array(body.utf8))
            let json = try JSONValue(parsing: answer.body)
            #expect(
                json["errCode"] == .integer(code),
                "\(path) \(body): \(String(decoding: answer.body, as: UTF8.self))"
            )
        }
        let deep = Array(String(repeating: "[", count: 100_000).utf8)
        let huge = [UInt8](repeating: UInt8(ascii: " "), count: 17 << 20)
        for body in [[], deep, huge, [0xff, 0xfe, 0x00]] {
            let answer = try await server.api.send("/user/get_users_info", token: token, body: body)
            let json = try JSONValue(parsing: answer.body)
            #expect(json["errCode"] == .integer(1001), "\(body.count) bytes")
        }
    }

    private func badMessages(on server: ServerUnderTest) async throws {
        let users = try await server.users(2)
        let client = try await server.connect(users[0])
        func code(_ change: (inout Openim_Sdkws_MsgData) -> Void) async -> Int32? {
            var message = TextMessage.single("x", from: users[0].userID, to: users[1].userID)
            change(&message)
            do {
                _ = try await client.sendMessage(message)
                return nil
            } catch {
                return (error as? IMError)?.code
            }
        }
        let nobody = await code { $0.recvID = "nobody_there" }
        #expect(nobody == 1004)
        let empty = await code { $0.content = .init() }
        #expect(empty == 1001)
        let unnamed = await code { $0.clientMsgID = "" }
        #expect(unnamed == 1001)
        let unknown = await code { $0.sessionType = 77 }
        #expect(unknown == 1001)
        let cut = await code { $0.senderNickname = "a\u{0}b" }
        #expect(cut == 1001)
        let notification = await code { $0.contentType = 2101 }
        #expect(notification == 1002)
        let tooLarge = await code { $0.content = Data(repeating: 0x61, count: 140_000) }
        #expect(tooLarge == 1001)
        let nameless = await code { $0.options[""] = true }
        #expect(nameless == 1001)
        let system = await code {
            $0.sessionType = 4
            $0.contentType = 1400
        }
        #expect(system == 1002)
        let group = await code {
            $0.sessionType = 3
            $0.groupID = "g"
        }
        #expect(group == 1004)
        let fine = await code { _ in }
        #expect(fine == nil, "the connection outlives refused messages")
        await client.close()
    }

    private func badFrames(on server: ServerUnderTest) async throws {
        let users = try await server.users(1)
        for body in [[], [0], [0x1f, 0x8b, 0x08], Array(repeating: UInt8(0xee), count: 60_000)] {
            let client = try await server.connect(users[0])
            // The frame's data is no message of this operation: an error answer, or for an oversize frame a close.
            let reply = try? await client.request(GatewayOperation.sendMessage.rawValue, data: body)
            #expect(reply == nil, "\(body.count) bytes")
            await client.close()
        }
        let client = try await server.connect(users[0])
        let reply = try? await client.request(4711, data: [])
        #expect(reply == nil)
        let isClosed = try await eventually { !client.isConnected }
        #expect(isClosed, "an unknown operation closes the connection")
        let refused = try? await server.connect((users[0].userID, "no token"))
        #expect(refused == nil)
    }
}
