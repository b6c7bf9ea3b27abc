import SwiftProtobuf
import Testing

@testable import IMProtocol

@Suite struct MessageOptionTests {
    @Test func `the keys are those of the wire`() {
        let keys = [
            "history", "persistent", "offlinePush", "unreadCount", "conversationUpdate", "senderSync", "notPrivate",
            "senderConversationUpdate", "senderNotificationPush", "reactionFromCache", "isNotNotification",
            "isSendMsg",
        ]
        #expect(MessageOption.allCases.map(\.rawValue).sorted() == keys.sorted())
    }

    @Test(arguments: MessageOption.allCases) func `only an explicit false switches off`(option: MessageOption) {
        var message = Openim_Sdkws_MsgData()
        #expect(message.isOn(option), "a missing map means true")
        message.options = ["other": false]
        #expect(message.isOn(option), "a missing key means true")
        message.options[option.rawValue] = true
        #expect(message.isOn(option))
        message.switchOff(option)
        #expect(!message.isOn(option))
        #expect(message.options["other"] == false)
    }

    @Test func `a map entry whose value is left out on the wire is a false`() throws {
        // Field 19, an entry that holds only its key.
        let key = Array("history".utf8)
        let bytes: [UInt8] = [0x9a, 0x01, UInt8(key.count + 2), 0x0a, UInt8(key.count)] + key
        let message = try Openim_Sdkws_MsgData(serializedBytes: bytes)
        #expect(!message.isOn(.history))
    }

    @Test func `several options are switched off at once`() {
        var message = Openim_Sdkws_MsgData()
        message.switchOff(.history, .offlinePush)
        #expect(message.options == ["history": false, "offlinePush": false])
    }
}
