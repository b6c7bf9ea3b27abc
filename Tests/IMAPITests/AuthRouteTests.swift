import IMProtocol
import Testing

@Suite struct AuthRouteTests {
    @Test func `an administrator's token is issued without a token`() async throws {
        let fixture = APIFixture()
        let body = #"{"secret":"openIM123","userID":"imAdmin"}"#
        #expect(
            try await fixture.send("/auth/get_admin_token", body, token: nil).text
                == #"{"errCode":0,"errMsg":"","errDlt":"","data":{"token":"token-of-imAdmin","#
                + #""expireTimeSeconds":7776000}}"#
        )
        #expect(
            try await fixture.send("/auth/get_admin_token", #"{"userID":"imAdmin"}"#, token: nil).errorCode == 1002
        )
    }

    @Test func `a user's token is issued to administrators only`() async throws {
        let fixture = APIFixture()
        let body = #"{"platformID":1,"userID":"u1"}"#
        #expect(
            try await fixture.send("/auth/get_user_token", body).text
                == #"{"errCode":0,"errMsg":"","errDlt":"","data":{"token":"token-of-u1","expireTimeSeconds":100}}"#
        )
        let refused = try await fixture.send("/auth/get_user_token", body, token: "token-of-u1")
        #expect(
            refused.text
                == #"{"errCode":1002,"errMsg":"NoPermissionError","errDlt":"user u1 is not admin userID"}"#
        )
        #expect(fixture.fake.withState { $0.tokenRequests.count } == 1)
    }

    @Test func `parse_token tells what a token says`() async throws {
        #expect(
            try await APIFixture().send("/auth/parse_token", #"{"token":"token-of-u1"}"#, token: nil).text
                == #"{"errCode":0,"errMsg":"","errDlt":"","data":{"userID":"u1","platformID":5,"#
                + #""expireTimeSeconds":1900000000}}"#
        )
        #expect(
            try await APIFixture().send("/auth/parse_token", #"{"token":"expired"}"#, token: nil).errorCode == 1501
        )
    }

    @Test func `services are told who calls and under which operation`() async throws {
        let fixture = APIFixture()
        _ = try await fixture.send(
            "/user/get_users_info",
            #"{"userIDs":[]}"#,
            operationID: "op-9",
            token: "token-of-u1"
        )
        _ = try await fixture.send("/user/get_users_info", #"{"userIDs":[]}"#)
        #expect(
            fixture.fake.withState { $0.contexts } == [
                CallContext(operationID: "op-9", userID: "u1", platform: .web),
                CallContext(operationID: "op-1", userID: "imAdmin", platform: .web, isAdmin: true),
            ]
        )
    }
}
