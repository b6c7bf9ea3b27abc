import FoundationEssentials
import IMProtocol
import Testing

@Suite struct MsgRouteTests {
    @Test func `newest_seq answers a sorted map, and nothing in it when there is none`() async throws {
        let fixture = APIFixture()
        let empty = try await fixture.send("/msg/newest_seq", #"{"userID":"u1"}"#, token: "token-of-u1")
        #expect(empty.text == #"{"errCode":0,"errMsg":"","errDlt":"","data":{}}"#)
        fixture.fake.withState { $0.maxSeqs = ["si_a_b": 9_007_199_254_740_993, "n_a_b": 2] }
        let reply = try await fixture.send("/msg/newest_seq", #"{"userID":"u1"}"#, token: "token-of-u1")
        #expect(
            reply.text
                == #"{"errCode":0,"errMsg":"","errDlt":"","data":{"maxSeqs":{"n_a_b":2,"si_a_b":9007199254740993}}}"#
        )
    }

    @Test(arguments: ["/msg/newest_seq", "/msg/pull_msg_by_seq"])
    func `others' messages are for administrators`(path: String) async throws {
        #expect(try await APIFixture().send(path, #"{"userID":"u1"}"#, token: "token-of-u2").errorCode == 1002)
        #expect(try await APIFixture().send(path, "{}", token: "token-of-u2").errorCode == 1002)
        #expect(try await APIFixture().send(path, #"{"userID":"u1"}"#).errorCode == 0)
    }

    @Test func `pull_msg_by_seq answers messages with base64 content`() async throws {
        let fixture = APIFixture()
        fixture.fake.withState { state in
            var message = Openim_Sdkws_MsgData()
            message.sendID = "a"
            message.content = Data("hi".utf8)
            message.seq = 3
            message.options = ["unreadCount": false, "history": true]
            var pulled = Openim_Sdkws_PullMsgs()
            pulled.msgs = [message, Openim_Sdkws_MsgData()]
            pulled.isEnd = true
            pulled.endSeq = 4
            state.pulled.msgs = ["si_a_b": pulled]
        }
        let reply = try await fixture.send(
            "/msg/pull_msg_by_seq",
            #"{"userID":"a","seqRanges":[{"conversationID":"si_a_b","begin":1,"end":9,"num":10}],"order":1}"#,
            token: "token-of-a"
        )
        let head = #"{"errCode":0,"errMsg":"","errDlt":"","data":{"msgs":{"si_a_b":{"Msgs":[{"sendID":"a","recvID":"","#
        let tail = #""atUserIDList":null,"attachedInfo":"","ex":""}],"isEnd":true,"endSeq":4}}}}"#
        #expect(reply.text.hasPrefix(head), "\(reply.text)")
        #expect(reply.text.hasSuffix(tail), "\(reply.text)")
        #expect(reply.text.contains(#""content":"aGk=","seq":3,"#))
        #expect(reply.text.contains(#""content":null,"seq":0,"#))
        #expect(reply.text.contains(#""options":{"history":true,"unreadCount":false},"offlinePushInfo":null,"#))
    }

    @Test(arguments: [
        ("/msg/mark_msgs_as_read", #"{"conversationID":"si_a_b","seqs":[3,5],"userID":"a"}"#, "si_a_b [3, 5]"),
        ("/msg/mark_conversation_as_read", #"{"conversationID":"si_a_b","userID":"a","hasReadSeq":7}"#, "si_a_b 7"),
        ("/msg/set_conversation_has_read_seq", #"{"conversationID":"si_a_b","userID":"a","hasReadSeq":8}"#, "si_a_b 8"),
    ])
    func `what was read is marked for oneself and answered without data`(
        path: String,
        body: String,
        marked: String
    ) async throws {
        let fixture = APIFixture()
        #expect(try await fixture.send(path, body, token: "token-of-b").errorCode == 1002)
        #expect(fixture.fake.withState { $0.marked } == [])
        let reply = try await fixture.send(path, body, token: "token-of-a")
        #expect(reply.text == #"{"errCode":0,"errMsg":"","errDlt":""}"#)
        #expect(fixture.fake.withState { $0.marked } == [marked])
        #expect(try await fixture.send(path, #"{"userID":"a"}"#, token: "token-of-a").errorCode == 1001)
    }

    @Test func `read positions are answered by conversation`() async throws {
        let path = "/msg/get_conversations_has_read_and_max_seq"
        let reply = try await APIFixture().send(path, #"{"userID":"a"}"#, token: "token-of-a")
        let seqs = #""seqs":{"si_a_b":{"maxSeq":9,"hasReadSeq":4,"maxSeqTime":0}}"#
        #expect(reply.text.contains(seqs), "\(reply.text)")
    }

    @Test func `the server's time is everybody's`() async throws {
        let reply = try await APIFixture().send("/msg/get_server_time", "{}", token: "token-of-a")
        #expect(reply.text.contains(#""data":{"serverTime":1700000000123}"#))
    }
}
