import IMProtocol
import SwiftProtobuf
import Testing

@Suite struct NotificationMessageTests {
    private static func make(
        to receiver: NotificationMessage.Receiver = .user("b"),
        _ treatment: NotificationMessage.Treatment = .init(isStored: false)
    ) throws -> Openim_Sdkws_MsgData {
        try NotificationMessage.make(
            .hasReadReceipt,
            tips: Openim_Sdkws_MarkAsReadTips.with {
                $0.markAsReadUserID = "a"
                $0.conversationID = "si_a_b"
                $0.hasReadSeq_p = 7
            },
            from: "a",
            to: receiver,
            treatment: treatment,
            clientMsgID: "id",
            createTime: 5
        )
    }

    @Test func `the details are JSON text within the content`() throws {
        let message = try Self.make()
        let content = String(decoding: message.content, as: UTF8.self)
        let detail = #"{\"markAsReadUserID\":\"a\",\"conversationID\":\"si_a_b\",\"seqs\":null,\"hasReadSeq\":7}"#
        #expect(content == #"{"detail":""# + detail + #""}"#)
        #expect(message.contentType == 2200 && message.msgFrom == 200)
        #expect(message.clientMsgID == "id" && message.createTime == 5)
    }

    @Test func `a notification of a group names the group twice, as OpenIM does`() throws {
        let message = try Self.make(to: .group("g"))
        #expect(message.sessionType == 3 && message.groupID == "g" && message.recvID == "g")
        #expect(ConversationID.of(message) == "n_g")
        let single = try Self.make()
        #expect(single.sessionType == 1 && single.groupID.isEmpty && single.recvID == "b")
        #expect(ConversationID.of(single) == "n_a_b")
    }

    @Test(arguments: [
        (NotificationMessage.Treatment(isStored: false), ["senderSync"]),
        (.init(isStored: true), ["history", "persistent", "senderSync"]),
        (.init(isStored: false, isVisible: true), ["isSendMsg", "senderSync", "unreadCount"]),
        (.init(isStored: false, isPushedOffline: true), ["offlinePush", "senderSync"]),
    ])
    func `every option is written down`(treatment: NotificationMessage.Treatment, on: [String]) throws {
        let options = try Self.make(to: .user("b"), treatment).options
        #expect(options.count == 11)
        #expect(options.filter(\.value).keys.sorted() == on)
    }
}
