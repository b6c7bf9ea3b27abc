import FoundationEssentials
import IMProtocol
import SwiftProtobuf
import Testing

@Suite struct JSONMappingTests {
    private func text(_ message: some Message) throws -> String {
        String(decoding: try ProtoJSON.encode(message), as: UTF8.self)
    }

    private func decoded<M: Message>(_ type: M.Type, _ text: String) throws -> M {
        try ProtoJSON.decode(type, from: JSONValue(parsing: text))
    }

    @Test func `zero values are written in the order of the fields`() throws {
        #expect(
            try self.text(Openim_Sdkws_UserInfo())
                == #"{"userID":"","nickname":"","faceURL":"","ex":"","createTime":0,"appMangerLevel":0,"#
                + #""globalRecvMsgOpt":0}"#
        )
        #expect(try self.text(Openim_User_userRegisterResp()) == "{}")
    }

    @Test func `an empty list and an absent message are null and an empty map is left out`() throws {
        #expect(try self.text(Openim_User_getDesignateUsersResp()) == #"{"usersInfo":null}"#)
        #expect(try self.text(Openim_User_getUserClientConfigResp()) == "{}")
        #expect(
            try self.text(Openim_User_pageUserClientConfigReq()) == #"{"userID":"","key":"","pagination":null}"#
        )
        var present = Openim_User_pageUserClientConfigReq()
        present.pagination = .init()
        #expect(
            try self.text(present)
                == #"{"userID":"","key":"","pagination":{"pageNumber":0,"showNumber":0}}"#
        )
    }

    @Test func `the keys of a map are sorted by their bytes`() throws {
        var response = Openim_Sdkws_GetMaxSeqResp()
        response.maxSeqs = ["sg_2": 5, "n_a_b": 7, "sg_10": -1, "Z": 1]
        #expect(try self.text(response) == #"{"maxSeqs":{"Z":1,"n_a_b":7,"sg_10":-1,"sg_2":5}}"#)
    }

    @Test func `64-bit integers are exact numbers both ways`() throws {
        var message = Openim_User_getAllOnlineUsersResp()
        message.nextCursor = .max
        #expect(try self.text(message) == #"{"StatusList":null,"nextCursor":18446744073709551615}"#)
        #expect(
            try self.decoded(Openim_User_getAllOnlineUsersResp.self, #"{"nextCursor":9007199254740993}"#).nextCursor
                == 9_007_199_254_740_993
        )
        var lowest = Openim_Sdkws_GetMaxSeqResp()
        lowest.maxSeqs = ["a": .min]
        #expect(try self.text(lowest) == #"{"maxSeqs":{"a":-9223372036854775808}}"#)
    }

    @Test func `bytes are base64 and null when empty`() throws {
        var message = Openim_Sdkws_MsgData()
        #expect(try self.text(message).contains(#""content":null"#))
        message.content = Data([0xFB, 0xFF, 0x00])
        #expect(try self.text(message).contains(#""content":"+/8A""#))
        #expect(try self.decoded(Openim_Sdkws_MsgData.self, #"{"content":"+/8A"}"#).content == message.content)
    }

    @Test func `wrapper messages and optional scalars are bare or null`() throws {
        #expect(
            try self.text(Openim_Sdkws_UserInfoWithEx())
                == #"{"userID":"","nickname":null,"faceURL":null,"ex":null,"globalRecvMsgOpt":null}"#
        )
        let text = #"{"userID":"u","nickname":"","faceURL":"f","ex":null,"globalRecvMsgOpt":0}"#
        let message = try self.decoded(Openim_Sdkws_UserInfoWithEx.self, text)
        #expect(message.hasNickname && message.nickname.value.isEmpty && !message.hasEx)
        #expect(message.hasGlobalRecvMsgOpt && message.globalRecvMsgOpt.value == 0)
        #expect(try self.text(message) == text)
    }

    @Test func `enums are numbers, also unknown ones`() throws {
        let text = #"{"userID":"u","seqRanges":null,"order":7}"#
        #expect(try self.text(self.decoded(Openim_Sdkws_PullMessageBySeqsReq.self, text)) == text)
    }

    @Test func `strings carry Go's escapes`() throws {
        var message = Openim_User_clientConfig()
        message.key = "<a href=\"x\">&\u{2028}\u{1}"
        #expect(
            try self.text(message)
                == #"{"key":"\u003ca href=\"x\"\u003e\u0026\u2028\u0001","userID":"","value":""}"#
        )
    }

    @Test func `names match in any case, the last one counts, unknown ones are ignored`() throws {
        let message = try self.decoded(
            Openim_Sdkws_UserInfo.self,
            #"{"USERID":"a","userId":"b","nickName":"n","more":{"userID":1},"faceURL":null}"#
        )
        #expect(message.userID == "b")
        #expect(message.nickname == "n")
        #expect(message.faceURL.isEmpty)
    }

    @Test func `null stands for an empty request`() throws {
        #expect(try self.decoded(Openim_Sdkws_UserInfo.self, "null") == Openim_Sdkws_UserInfo())
    }

    @Test func `null elements of lists and maps are zero values`() throws {
        #expect(
            try self.decoded(Openim_User_getDesignateUsersReq.self, #"{"userIDs":["a",null]}"#).userIds == ["a", ""]
        )
        #expect(
            try self.decoded(Openim_User_userRegisterReq.self, #"{"users":[null,{}]}"#).users.count == 2
        )
        #expect(try self.decoded(Openim_Sdkws_GetMaxSeqResp.self, #"{"maxSeqs":{"a":null}}"#).maxSeqs == ["a": 0])
    }

    @Test(arguments: [
        (#"{"userID":1}"#, "userID: expected string, found number"),
        (#"{"appMangerLevel":"1"}"#, "appMangerLevel: expected int32, found string"),
        (#"{"appMangerLevel":true}"#, "appMangerLevel: expected int32, found bool"),
        (#"[]"#, "the value: expected object, found array"),
        (#""x""#, "the value: expected object, found string"),
    ])
    func `a value of another kind is refused by name`(text: String, expected: String) throws {
        #expect(self.failure(Openim_Sdkws_UserInfo.self, text)?.description == expected)
    }

    @Test(arguments: ["1.0", "1e3", "2147483648", "-2147483649", "0.5", "99999999999999999999"])
    func `a number that does not fit is refused`(number: String) {
        let error = self.failure(Openim_Sdkws_UserInfo.self, "{\"appMangerLevel\":\(number)}")
        #expect(error?.path == "appMangerLevel")
        #expect(error?.expected == "int32")
    }

    @Test func `a negative number does not fit an unsigned field`() {
        #expect(self.failure(Openim_User_getAllOnlineUsersResp.self, #"{"nextCursor":-1}"#)?.expected == "uint64")
    }

    @Test func `the path leads through lists and maps`() {
        #expect(
            self.failure(Openim_User_userRegisterReq.self, #"{"users":[{},{"userID":{}}]}"#)?.path == "users[1].userID"
        )
        #expect(self.failure(Openim_Sdkws_GetMaxSeqResp.self, #"{"maxSeqs":{"a":""}}"#)?.path == "maxSeqs.a")
        #expect(self.failure(Openim_User_userRegisterReq.self, #"{"users":{}}"#)?.expected == "array")
        #expect(self.failure(Openim_Sdkws_GetMaxSeqResp.self, #"{"maxSeqs":[]}"#)?.expected == "object")
        #expect(self.failure(Openim_Sdkws_MsgData.self, #"{"content":"%"}"#)?.expected == "base64")
    }

    @Test func `a message of another module is refused`() {
        #expect(throws: JSONMappingError.self) { try ProtoJSON.encode(SwiftProtobuf.Google_Protobuf_Empty()) }
    }

    private func failure(_ type: (some Message).Type, _ text: String) -> JSONMappingError? {
        do {
            _ = try self.decoded(type, text)
            return nil
        } catch {
            return error as? JSONMappingError
        }
    }
}
