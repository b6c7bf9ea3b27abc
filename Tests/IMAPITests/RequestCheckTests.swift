import HTTPTypes
import Hummingbird
import IMProtocol
import Testing

@testable import IMAPI

@Suite struct RequestCheckTests {
    @Test func `a POST without operationID is refused before its token is looked at`() async throws {
        let reply = try await APIFixture().send("/user/get_users_info", operationID: nil, token: nil)
        #expect(reply.status == 200)
        #expect(
            reply.text == #"{"errCode":1001,"errMsg":"ArgsError","errDlt":"header must have operationID"}"#
        )
    }

    @Test(arguments: ["/user/get_users_info", "/no/such/path", "/auth/get_user_token"])
    func `a POST without token is refused, also on unknown paths`(path: String) async throws {
        for token in [nil, ""] {
            let reply = try await APIFixture().send(path, token: token)
            #expect(reply.status == 200)
            #expect(reply.text == #"{"errCode":1001,"errMsg":"ArgsError","errDlt":"header must have token"}"#)
        }
    }

    @Test(arguments: [
        ("expired", #"{"errCode":1501,"errMsg":"TokenExpiredError","errDlt":""}"#),
        ("kicked", #"{"errCode":1506,"errMsg":"TokenKickedError","errDlt":""}"#),
        ("unknown", #"{"errCode":1505,"errMsg":"signature is invalid","errDlt":""}"#),
        ("rubbish", #"{"errCode":1503,"errMsg":"TokenMalformedError","errDlt":""}"#),
    ])
    func `a refused token is answered with the service's error`(token: String, expected: String) async throws {
        let reply = try await APIFixture().send("/user/get_users_info", token: token)
        #expect(reply.status == 200)
        #expect(reply.text == expected)
    }

    @Test(arguments: ["", "{", "nonsense", "{}x", #"{"userIDs":"u"}"#, #"{"userIDs":[1]}"#, "[]", "\"\u{1}\""])
    func `a body that cannot be used puts the reason into errMsg`(body: String) async throws {
        let reply = try await APIFixture().send("/user/get_users_info", body)
        #expect(reply.status == 200)
        #expect(reply.errorCode == 1001)
        #expect(reply.detail.isEmpty)
        #expect(reply.json?["errMsg"] != .string("ArgsError"))
    }

    @Test(arguments: ["", "{", "{}x", "[]", "null", "{}", #"{"sendID":1}"#])
    func `the same on a hand-bound route is a 400 with the reason in errDlt`(body: String) async throws {
        let reply = try await APIFixture().send("/msg/send_msg", body)
        #expect(reply.status == 400)
        #expect(reply.errorCode == 1001)
        #expect(reply.json?["errMsg"] == .string("ArgsError"))
        #expect(!reply.detail.isEmpty)
    }

    @Test(arguments: [
        ("/user/get_users_info", "{}", "userIDs is required"),
        ("/user/get_users_info", #"{"userIDs":null}"#, "userIDs is required"),
        ("/user/get_users_info", "null", "userIDs is required"),
        ("/user/user_register", #"{"users":[]}"#, "users is empty"),
        ("/auth/get_user_token", #"{"userID":""}"#, "userID is empty"),
        ("/auth/get_admin_token", "{}", "userID is empty"),
        ("/auth/parse_token", #"{"token":""}"#, "token is empty"),
    ])
    func `a field that breaks its rule is named in errDlt`(path: String, body: String, detail: String) async throws {
        let reply = try await APIFixture().send(path, body)
        #expect(reply.status == 200)
        #expect(reply.text == "{\"errCode\":1001,\"errMsg\":\"ArgsError\",\"errDlt\":\"\(detail)\"}")
    }

    @Test func `a body beyond the limit is cut off and fails to parse`() async throws {
        let fixture = APIFixture(bodySizeMax: 64)
        let body = "{\"userIDs\":[\"\(String(repeating: "x", count: 100))\"]}"
        #expect(try await fixture.send("/user/get_users_info", body).errorCode == 1001)
        #expect(try await fixture.send("/user/get_users_info", #"{"userIDs":["x"]}"#).errorCode == 0)
    }

    @Test func `a body without token may be shorter only`() async throws {
        let body = "{\"token\":\"token-of-u\",\"more\":\"\(String(repeating: "x", count: 1 << 16))\"}"
        #expect(try await APIFixture().send("/auth/parse_token", body, token: nil).errorCode == 1001)
    }

    @Test func `a body of more than 16 MiB is refused`() async throws {
        let body = "{\"userIDs\":[\"\(String(repeating: "x", count: 16 << 20))\"]}"
        #expect(try await APIFixture().send("/user/get_users_info", body).errorCode == 1001)
    }

    @Test func `an unknown path is a 404 in plain text once the token is good`() async throws {
        let reply = try await APIFixture().send("/no/such/path")
        #expect(reply.status == 404)
        #expect(reply.text == "404 page not found")
        #expect(reply.headers[.contentType] == "text/plain")
        #expect(reply.headers[.accessControlAllowOrigin] == "*")
    }

    @Test(arguments: [HTTPRequest.Method.get, .put, .delete, .head])
    func `other methods are 404 without any header`(method: HTTPRequest.Method) async throws {
        for path in ["/user/get_users_info", "/", "/no/such/path"] {
            let reply = try await APIFixture().send(path, method: method, operationID: nil, token: nil)
            #expect(reply.status == 404)
            #expect(reply.body.isEmpty == (method == .head))
        }
    }

    @Test func `paths that begin like a public one need no token`() async throws {
        let reply = try await APIFixture().send("/auth/parse_token_of_mine", token: nil)
        #expect(reply.status == 404)
    }

    @Test(arguments: ["/user/get_users_info", "/no/such/path", "/user/get_users_info/"])
    func `OPTIONS is answered before all checks`(path: String) async throws {
        let reply = try await APIFixture().send(path, method: .options, operationID: nil, token: nil)
        #expect(reply.status == 200)
        #expect(reply.text == #""Options Request!""#)
    }

    @Test func `a trailing slash on a known path is redirected with its query`() async throws {
        let reply = try await APIFixture().send("/user/get_users_info/?a=b", operationID: nil, token: nil)
        #expect(reply.status == 307)
        #expect(reply.headers[.location] == "/user/get_users_info?a=b")
        #expect(try await APIFixture().send("/no/such/path/").status == 404)
    }

    @Test func `every answer has the shared headers and an id of its own`() async throws {
        let fixture = APIFixture()
        let first = try await fixture.send("/user/get_users_info", #"{"userIDs":[]}"#)
        let second = try await fixture.send("/user/get_users_info", "{")
        let expected: [(String, String)] = [
            ("Content-Type", "application/json"), ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Methods", "*"), ("Access-Control-Allow-Headers", "*"),
            (
                "Access-Control-Expose-Headers",
                "Content-Length, Access-Control-Allow-Origin, Access-Control-Allow-Headers,Cache-Control,"
                    + "Content-Language,Content-Type,Expires,Last-Modified,Pragma,FooBar"
            ),
            ("Access-Control-Max-Age", "172800"), ("Access-Control-Allow-Credentials", "false"),
        ]
        for reply in [first, second] {
            for (name, value) in expected {
                #expect(reply.headers[try #require(HTTPField.Name(name))] == value)
            }
        }
        let ids = [first, second].compactMap { $0.headers[.httpID] }
        #expect(Set(ids).count == 2)
        #expect(
            ids.allSatisfy {
                $0.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil
            }
        )
    }

    @Test(arguments: [
        ("gzip", true), ("deflate, gzip;q=0.5", true), ("GZIP", true), ("gzip;q=0", false), ("br", false),
        ("", false), ("xgzip", false),
    ])
    func `answers are compressed for clients that take gzip`(header: String, isCompressed: Bool) async throws {
        let reply = try await APIFixture(compress: { $0.reversed() })
            .send("/user/get_users_info", #"{"userIDs":[]}"#, acceptEncoding: header)
        #expect(reply.headers[.contentEncoding] == (isCompressed ? "gzip" : nil))
        #expect(reply.headers[.vary] == (isCompressed ? "Accept-Encoding" : nil))
        #expect(reply.headers[.contentLength] == String(reply.body.count))
        let plain = #"{"errCode":0,"errMsg":"","errDlt":"","data":{"usersInfo":null}}"#
        #expect(reply.text == (isCompressed ? String(plain.reversed()) : plain))
    }

    @Test func `an answer that cannot be compressed is sent as it is`() async throws {
        let reply = try await APIFixture(compress: { _ in throw IMError(.data) })
            .send("/user/get_users_info", #"{"userIDs":[]}"#, acceptEncoding: "gzip")
        #expect(reply.headers[.contentEncoding] == nil)
        #expect(reply.errorCode == 0)
    }

    @Test func `errors of services are passed on and others are hidden`() async throws {
        struct Secret: Error { let host = "db-17" }
        let fixture = APIFixture()
        fixture.fake.withState { $0.failure = IMError(.recordNotFound, "user <u1>") }
        let known = try await fixture.send("/user/get_users_info", #"{"userIDs":["u1"]}"#)
        #expect(
            known.text == #"{"errCode":1004,"errMsg":"RecordNotFoundError","errDlt":"user \u003cu1\u003e"}"#
        )
        fixture.fake.withState { $0.failure = Secret() }
        let unknown = try await fixture.send("/user/get_users_info", #"{"userIDs":["u1"]}"#)
        #expect(unknown.status == 200)
        #expect(unknown.errorCode == 500)
        #expect(unknown.json?["errMsg"] == .string("ServerInternalError"))
        #expect(!unknown.text.contains("db-17"))
    }

    @Test(arguments: [1, UInt64.random(in: 0...UInt64.max)])
    func `random bodies never trap`(seed: UInt64) async throws {
        var random = SeededBytes(state: seed)
        let fixture = APIFixture()
        let seeds = [
            #"{"users":[{"userID":"u","nickname":"n","createTime":1}]}"#,
            SendMessageTests.body(content: #"{"content":"x"}"#),
            #"{"userID":"u","seqRanges":[{"conversationID":"c","begin":1,"end":2,"num":3}],"order":1}"#,
        ]
        let paths = ["/user/user_register", "/msg/send_msg", "/msg/pull_msg_by_seq", "/auth/user_register"]
        for _ in 0..<3000 {
            var body = [UInt8]((seeds.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<3 {
                let index = Int.random(in: 0..<body.count, using: &random)
                body[index] = UInt8.random(in: 0x20...0x7E, using: &random)
            }
            let path = paths.randomElement(using: &random) ?? ""
            _ = try await fixture.send(path, String(decoding: body, as: UTF8.self))
        }
    }
}

private struct SeededBytes: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return self.state ^ self.state >> 33
    }
}
