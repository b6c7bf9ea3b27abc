import IMProtocol
import Testing

@Suite struct UserRouteTests {
    @Test func `user_register passes the users on and answers no data`() async throws {
        let fixture = APIFixture()
        let reply = try await fixture.send(
            "/user/user_register",
            #"{"users":[{"userID":"u1","nickname":"Ann"},{"USERID":"u2","nickname":"Bob","faceURL":"f"}]}"#
        )
        #expect(reply.text == #"{"errCode":0,"errMsg":"","errDlt":""}"#)
        #expect(fixture.fake.withState { $0.registered.map(\.userID) } == ["u1", "u2"])
    }

    @Test func `user_register is for administrators`() async throws {
        let fixture = APIFixture()
        let reply = try await fixture.send(
            "/user/user_register",
            #"{"users":[{"userID":"u1","nickname":"Ann"}]}"#,
            token: "token-of-u1"
        )
        #expect(reply.errorCode == 1002)
        #expect(fixture.fake.withState { $0.contexts.isEmpty })
    }

    @Test func `get_users_info answers the users that exist`() async throws {
        let fixture = APIFixture()
        fixture.fake.withState { state in
            var user = Openim_Sdkws_UserInfo()
            user.userID = "u1"
            user.nickname = "A&B"
            user.createTime = 1_700_000_000_000
            state.users["u1"] = user
        }
        let reply = try await fixture.send("/user/get_users_info", #"{"userIDs":["u1","u2"]}"#, token: "token-of-u2")
        #expect(
            reply.text
                == #"{"errCode":0,"errMsg":"","errDlt":"","data":{"usersInfo":[{"userID":"u1","nickname":"A\u0026B","#
                + #""faceURL":"","ex":"","createTime":1700000000000,"appMangerLevel":0,"globalRecvMsgOpt":0}]}}"#
        )
    }
}
