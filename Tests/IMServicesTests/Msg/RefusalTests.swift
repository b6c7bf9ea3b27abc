import Foundation
import IMProtocol
import IMStorage
import Kafka
import SwiftProtobuf
import Testing

@testable import IMServices

/// What is refused before it reaches the log, and how the refusal names field and rule.
@Suite struct RefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let code: Int32
        /// How the detail begins.
        let detail: String
        let change: @Sendable (inout Openim_Sdkws_MsgData) -> Void

        var testDescription: String { self.name }
    }

    private static let cases: [Case] = [
        Case(name: "sender", code: 1001, detail: "sendID") { $0.sendID = "" },
        Case(name: "another sender", code: 1002, detail: "") { $0.sendID = "bob" },
        Case(name: "id", code: 1001, detail: "clientMsgID is empty") { $0.clientMsgID = "" },
        Case(name: "long id", code: 1001, detail: "clientMsgID is longer") {
            $0.clientMsgID = String(repeating: "x", count: 257)
        },
        Case(name: "receiver", code: 1001, detail: "recvID is empty") { $0.recvID = "" },
        Case(name: "NUL", code: 1001, detail: "recvID holds a NUL") { $0.recvID = "b\u{0}" },
        Case(name: "content", code: 1001, detail: "content is empty") { $0.content = Data() },
        Case(name: "large content", code: 1001, detail: "the message has") {
            $0.content = Data(count: MessageRules.messageBytesMax + 1)
        },
        Case(name: "large message", code: 1001, detail: "the message has") {
            $0.content = Data(count: MessageRules.messageBytesMax - 40)
        },
        Case(name: "options", code: 1001, detail: "options") {
            for number in 0...64 { $0.options["o\(number)"] = true }
        },
        Case(name: "session 2 with group", code: 1001, detail: "sessionType: must be 1, 3 or 4, got 2") {
            $0.sessionType = 2
            $0.groupID = "g"
        },
        Case(name: "session 9", code: 1001, detail: "unknown sessionType") { $0.sessionType = 9 },
        Case(name: "announcement in a chat", code: 1001, detail: "contentType: 1400") { $0.contentType = 1400 },
        Case(name: "text as announcement", code: 1001, detail: "sessionType: 4") { $0.sessionType = 4 },
        Case(name: "announcement", code: 1002, detail: "contentType: 1400") {
            $0.sessionType = 4
            $0.contentType = 1400
        },
        Case(name: "first notification", code: 1002, detail: "contentType: 1000") { $0.contentType = 1000 },
        Case(name: "receipt", code: 1002, detail: "contentType: 2200") { $0.contentType = 2200 },
        Case(name: "last notification", code: 1002, detail: "contentType: 5000") { $0.contentType = 5000 },
        Case(name: "notification by option", code: 1002, detail: "isNotNotification") {
            $0.options["isNotNotification"] = false
        },
        Case(name: "unknown receiver", code: 1004, detail: "recvID") { $0.recvID = "nobody" },
    ]

    @Test(arguments: cases) func `a message that breaks a rule is refused`(broken: Case) async throws {
        let fixture = MsgFixture()
        var message = MsgFixture.text()
        broken.change(&message)
        let context = MsgFixture.context("alice")
        let error = await #expect(throws: IMError.self) {
            try await fixture.server.sendMsg(.with { $0.msgData = message }, context)
        }
        #expect(error?.code == broken.code, "\(error?.detail ?? "")")
        #expect(error?.detail.hasPrefix(broken.detail) == true, "\(error?.detail ?? "")")
        #expect(fixture.outlet.records.isEmpty)
    }

    @Test func `a request without a message is refused`() async throws {
        let fixture = MsgFixture()
        let error = await #expect(throws: IMError.self) {
            try await fixture.server.sendMsg(.init(), MsgFixture.context("alice"))
        }
        #expect(error?.code == 1001)
    }

    @Test(arguments: [999, 5001]) func `types beside the range of notifications are everybody's`(
        type: Int32
    ) async throws {
        let fixture = MsgFixture()
        var message = MsgFixture.text()
        message.contentType = type
        #expect(try await fixture.refusal(of: message) == nil)
    }

    @Test func `administrators send announcements and notifications`() async throws {
        let fixture = MsgFixture()
        var announcement = MsgFixture.text()
        announcement.sessionType = 4
        announcement.contentType = 1400
        #expect(try await fixture.refusal(of: announcement, asAdmin: true) == nil)
        var notification = MsgFixture.text(id: "m2")
        notification.contentType = 1201
        notification.options["isNotNotification"] = false
        #expect(try await fixture.refusal(of: notification, asAdmin: true) == nil)
        #expect(try fixture.outlet.messages.map(ConversationID.of) == ["sn_alice_bob", "n_alice_bob"])
    }

    @Test func `what an option of the server adds still keeps the rules`() async throws {
        let fixture = MsgFixture()
        fixture.directories.add(user: "bob", option: .receiveWithoutNotice)
        var message = MsgFixture.text()
        for number in 0..<64 { message.options["o\(number)"] = true }
        #expect(try await fixture.refusal(of: message)?.detail.hasPrefix("options") == true)
    }
}
