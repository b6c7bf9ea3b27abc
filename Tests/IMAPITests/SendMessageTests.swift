import FoundationEssentials
import IMProtocol
import Testing

@Suite struct SendMessageTests {
    static func body(content: String, type: Int = 101, session: Int = 1, more: String = "") -> String {
        #"{"sendID":"a","recvID":"b","groupID":"g","senderNickname":"A","senderFaceURL":"f","senderPlatformID":2,"#
            + "\"content\":\(content),\"contentType\":\(type),\"sessionType\":\(session)\(more)}"
    }

    private func sent(_ body: String, in fixture: APIFixture = APIFixture()) async throws -> Openim_Sdkws_MsgData {
        let reply = try await fixture.send("/msg/send_msg", body)
        #expect(reply.status == 200 && reply.errorCode == 0, "\(reply.text)")
        return try #require(fixture.fake.withState { $0.sent.last })
    }

    @Test func `the message is built and the ids are answered`() async throws {
        let fixture = APIFixture()
        let reply = try await fixture.send(
            "/msg/send_msg",
            Self.body(content: #"{"z":1.50,"Content":"<hi>"}"#, more: #","sendTime":5,"ex":"e""#)
        )
        let message = try #require(fixture.fake.withState { $0.sent.first })
        #expect(message.clientMsgID.wholeMatch(of: /[0-9a-f]{32}/) != nil)
        #expect(
            reply.text
                == #"{"errCode":0,"errMsg":"","errDlt":"","data":{"serverMsgID":"server-1","clientMsgID":""#
                + message.clientMsgID + #"","sendTime":1700000000123}}"#
        )
        #expect(String(decoding: message.content, as: UTF8.self) == #"{"Content":"\u003chi\u003e","z":1.50}"#)
        #expect([message.sendID, message.recvID, message.groupID] == ["a", "b", "g"])
        #expect([message.senderNickname, message.senderFaceURL, message.ex] == ["A", "f", "e"])
        #expect(message.senderPlatformID == 2 && message.msgFrom == 200 && message.contentType == 101)
        #expect(message.createTime == 1_700_000_000_000 && message.sendTime == 5)
        #expect(message.options.isEmpty && !message.hasOfflinePushInfo)
    }

    @Test func `sending is for administrators, and the body is looked at first`() async throws {
        let fixture = APIFixture()
        let good = Self.body(content: #"{"content":"x"}"#)
        #expect(try await fixture.send("/msg/send_msg", good, token: "token-of-a").errorCode == 1002)
        #expect(try await fixture.send("/msg/send_msg", "{}", token: "token-of-a").status == 400)
        #expect(fixture.fake.withState { $0.sent.isEmpty })
    }

    @Test(arguments: [
        ("sendID", #"{"recvID":"b","content":{},"contentType":101,"sessionType":1}"#),
        ("recvID", #"{"sendID":"a","content":{},"contentType":101,"sessionType":1}"#),
        ("recvID", #"{"sendID":"a","content":{},"contentType":101,"sessionType":4}"#),
        ("groupID", #"{"sendID":"a","content":{},"contentType":101,"sessionType":3}"#),
        ("content", #"{"sendID":"a","recvID":"b","contentType":101,"sessionType":1}"#),
        ("content", #"{"sendID":"a","recvID":"b","content":"x","contentType":101,"sessionType":1}"#),
        ("contentType", #"{"sendID":"a","recvID":"b","content":{},"sessionType":1}"#),
        ("contentType", #"{"sendID":"a","recvID":"b","content":{},"contentType":"101","sessionType":1}"#),
        ("sessionType", #"{"sendID":"a","recvID":"b","content":{},"contentType":101}"#),
        (
            "offlinePushInfo.title",
            #"{"sendID":"a","recvID":"b","content":{},"contentType":101,"sessionType":1,"offlinePushInfo":{"title":1}}"#
        ),
    ])
    func `a required field that is missing is a 400 that names it`(name: String, body: String) async throws {
        let reply = try await APIFixture().send("/msg/send_msg", body)
        #expect(reply.status == 400)
        #expect(reply.errorCode == 1001)
        #expect(reply.detail.contains(name), "\(reply.detail)")
    }

    @Test(arguments: ContentCase.accepted)
    func `content that follows its rules is stored as it was sent`(item: ContentCase) async throws {
        let message = try await self.sent(Self.body(content: item.content, type: item.type))
        let expected = try JSONValue(parsing: item.content).encoded(sortedKeys: true)
        #expect([UInt8](message.content) == expected)
    }

    @Test(arguments: ContentCase.refused)
    func `content that breaks a rule is refused by the key's name`(item: ContentCase) async throws {
        let fixture = APIFixture()
        let reply = try await fixture.send("/msg/send_msg", Self.body(content: item.content, type: item.type))
        #expect(reply.status == 200)
        #expect(reply.errorCode == 1001)
        #expect(reply.detail.contains(item.key), "\(reply.detail)")
        #expect(fixture.fake.withState { $0.sent.isEmpty })
    }

    @Test func `the users of an at-text message are listed beside it`() async throws {
        let content = #"{"text":"hey","atUserList":["u1",2],"isAtSelf":false}"#
        #expect(try await self.sent(Self.body(content: content, type: 106, session: 3)).atUserIdlist == ["u1", "2"])
    }

    @Test func `switches turn options off`() async throws {
        let content = #"{"content":"x"}"#
        let online = try await self.sent(Self.body(content: content, more: #","isOnlineOnly":true"#))
        #expect(
            online.options == ["history": false, "persistent": false, "senderSync": false, "conversationUpdate": false]
        )
        let silent = try await self.sent(Self.body(content: content, more: #","notOfflinePush":true"#))
        #expect(silent.options == ["offlinePush": false])
    }

    @Test func `the push text is passed on`() async throws {
        let more = #","offlinePushInfo":{"title":"T","desc":"D","iOSBadgeCount":true}"#
        let info = try await self.sent(Self.body(content: #"{"content":"x"}"#, more: more)).offlinePushInfo
        #expect(info.title == "T" && info.desc == "D" && info.iOsbadgeCount)
    }

    private static func account(level: Int32) -> Openim_Sdkws_UserInfo {
        var user = Openim_Sdkws_UserInfo()
        user.userID = "a"
        user.appMangerLevel = level
        return user
    }

    private static let notification = #"{"text":"t","notificationName":"n","notificationType":1,"mixType":0}"#

    @Test func `a system notification is wrapped and goes into session 4`() async throws {
        let fixture = APIFixture()
        fixture.fake.withState { state in
            state.users["a"] = Self.account(level: 3)
        }
        let message = try await self.sent(Self.body(content: Self.notification, type: 1400), in: fixture)
        #expect(message.sessionType == 4)
        #expect(
            String(decoding: message.content, as: UTF8.self)
                == #"{"detail":"{\"mixType\":0,\"notificationName\":\"n\",\"notificationType\":1,\"text\":\"t\"}"}"#
        )
    }

    @Test(arguments: [(1, 1002), (nil, 1101)] as [(Int32?, Int64)])
    func `a system notification needs a system account`(level: Int32?, code: Int64) async throws {
        let fixture = APIFixture()
        if let level {
            fixture.fake.withState { state in
                state.users["a"] = Self.account(level: level)
            }
        }
        let reply = try await fixture.send("/msg/send_msg", Self.body(content: Self.notification, type: 1400))
        #expect(reply.errorCode == code)
        #expect(fixture.fake.withState { $0.sent.isEmpty })
    }

    @Test func `what a webhook changed is told, its content as text`() async throws {
        let fixture = APIFixture()
        let before = try await self.sent(Self.body(content: #"{"content":"x"}"#), in: fixture)
        fixture.fake.withState { state in
            state.modify = before
            state.modify?.content = Data(#"{"content":"y"}"#.utf8)
            state.modify?.ex = "changed"
        }
        let reply = try await fixture.send("/msg/send_msg", Self.body(content: #"{"content":"x"}"#))
        #expect(reply.text.hasSuffix(#""modify":{"content":"{\"content\":\"y\"}","ex":"changed"}}}"#), "\(reply.text)")
    }

    @Test func `errors of the message service are passed on`() async throws {
        let fixture = APIFixture()
        fixture.fake.withState { $0.failure = IMError(.blockedByPeer) }
        #expect(
            try await fixture.send("/msg/send_msg", Self.body(content: #"{"content":"x"}"#)).text
                == #"{"errCode":1302,"errMsg":"BlockedByPeer","errDlt":""}"#
        )
    }
}
