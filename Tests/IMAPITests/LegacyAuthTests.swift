import IMProtocol
import Testing

@Suite struct LegacyAuthTests {
    private static func body(_ changes: [String: String] = [:]) -> String {
        var fields = [
            "secret": #""openIM123""#, "platform": "1", "uid": #""u1""#, "name": #""Ann""#,
            "icon": #""http://a/i.png""#,
            "gender": "2", "mobile": #""1""#, "birth": #""1990-01-01""#, "email": #""a@b""#, "ex": #""{}""#,
        ]
        fields.merge(changes) { $1 }
        return "{" + fields.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    @Test func `a user is created and gets a token without any header`() async throws {
        let fixture = APIFixture()
        let reply = try await fixture.send("/auth/user_register", Self.body(), operationID: nil, token: nil)
        #expect(
            reply.text
                == #"{"errCode":0,"errMsg":"","errDlt":"","data":{"uid":"u1","token":"token-of-u1","#
                + #""expiredTime":1700000100}}"#
        )
        let state = fixture.fake.withState { $0 }
        #expect(state.registered.map(\.userID) == ["u1"])
        #expect(state.registered.map(\.nickname) == ["Ann"])
        #expect(state.registered.map(\.faceURL) == ["http://a/i.png"])
        #expect(state.registered.map(\.ex) == ["{}"])
        #expect(state.tokenRequests.map(\.platformID) == [1])
        #expect(state.contexts.allSatisfy { $0.isAdmin && $0.userID == "imAdmin" && !$0.operationID.isEmpty })
    }

    @Test func `an empty name is replaced by the id`() async throws {
        let fixture = APIFixture()
        _ = try await fixture.send("/auth/user_register", Self.body(["name": #""""#]))
        #expect(fixture.fake.withState { $0.registered.map(\.nickname) } == ["u1"])
    }

    @Test func `user_token creates nobody`() async throws {
        let fixture = APIFixture()
        let body = #"{"secret":"openIM123","platform":7,"uid":"u1"}"#
        let reply = try await fixture.send("/auth/user_token", body, operationID: nil, token: nil)
        #expect(reply.errorCode == 0)
        #expect(fixture.fake.withState { $0.registered.isEmpty && $0.tokenRequests.count == 1 })
    }

    @Test(
        arguments: [
            (["secret": #""openIM124""#], 1002), (["secret": #""""#], 1001), (["secret": "null"], 1001),
            (["secret": "\"\(String(repeating: "s", count: 33))\""], 1001), (["platform": "0"], 1001),
            (["platform": "8"], 1001), (["platform": #""1""#], 1001), (["uid": #""""#], 1001),
            (["uid": #""imAdmin""#], 1002), (["uid": "\"\(String(repeating: "u", count: 65))\""], 1001),
            (["name": "null"], 1001), (["name": "\"\(String(repeating: "n", count: 65))\""], 1001),
            (["gender": "3"], 1001), (["gender": "-1"], 1001),
            (["icon": "\"\(String(repeating: "é", count: 513))\""], 1001),
            (["mobile": "\"\(String(repeating: "1", count: 33))\""], 1001),
            (["birth": "\"\(String(repeating: "1", count: 17))\""], 1001),
            (["email": "\"\(String(repeating: "1", count: 65))\""], 1001),
            (["ex": "\"\(String(repeating: "1", count: 1025))\""], 1001), (["ex": "{}"], 1001),
        ] as [([String: String], Int64)]
    )
    func `what breaks a rule is refused before anything is done`(changes: [String: String], code: Int64) async throws {
        let fixture = APIFixture()
        let reply = try await fixture.send("/auth/user_register", Self.body(changes), operationID: nil, token: nil)
        #expect(reply.status == 200)
        #expect(reply.errorCode == code)
        #expect(!reply.text.contains("openIM12"))
        #expect(fixture.fake.withState { $0.registered.isEmpty && $0.contexts.isEmpty })
    }

    @Test(arguments: [(ErrorCode.registeredAlready, "/auth/user_register"), (.recordNotFound, "/auth/user_token")])
    func `errors of the services are passed on`(code: ErrorCode, path: String) async throws {
        let fixture = APIFixture()
        fixture.fake.withState { $0.failure = IMError(code) }
        #expect(try await fixture.send(path, Self.body()).errorCode == Int64(code.rawValue))
    }
}
