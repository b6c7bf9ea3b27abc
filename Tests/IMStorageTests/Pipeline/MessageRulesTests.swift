import Foundation
import IMProtocol
import Testing

@testable import IMStorage

@Suite struct MessageRulesTests {
    /// Who is changed how, and the field that the answer names.
    struct Case: Sendable, CustomTestStringConvertible {
        let field: String
        let change: @Sendable (inout Openim_Sdkws_MsgData) -> Void

        var testDescription: String { self.field }

        init(_ field: String, _ change: @escaping @Sendable (inout Openim_Sdkws_MsgData) -> Void) {
            self.field = field
            self.change = change
        }
    }

    private static let long = String(repeating: "x", count: 257)

    @Test func `an ordinary message keeps all rules`() {
        #expect(MessageRules.violation(of: Messages.text(), byteCount: 200) == nil)
    }

    @Test(arguments: [
        Case("sendID") { $0.sendID = "" }, Case("clientMsgID") { $0.clientMsgID = "" },
        Case("recvID") { $0.recvID = "" }, Case("content") { $0.content = Data() },
        Case("groupID") { $0.sessionType = 3 }, Case("sessionType") { $0.sessionType = 0 },
        Case("sessionType") { $0.sessionType = 5 },
        Case("recvID") {
            $0.sessionType = 4
            $0.recvID = ""
        },
        Case("sendID") { $0.sendID = long }, Case("clientMsgID") { $0.clientMsgID = long },
        Case("recvID") { $0.recvID = long }, Case("groupID") { $0.groupID = long },
        Case("serverMsgID") { $0.serverMsgID = long },
        Case("sendID") { $0.sendID = String(repeating: "用", count: 86) },
        Case("sendID") { $0.sendID = "a\u{0}b" }, Case("recvID") { $0.recvID = "\u{0}" },
        Case("groupID") { $0.groupID = "\u{0}" }, Case("clientMsgID") { $0.clientMsgID = "c\u{0}" },
        Case("serverMsgID") { $0.serverMsgID = "\u{0}" }, Case("senderNickname") { $0.senderNickname = "\u{0}" },
        Case("senderFaceURL") { $0.senderFaceURL = "\u{0}" }, Case("ex") { $0.ex = "\u{0}" },
        Case("attachedInfo") { $0.attachedInfo = "\u{0}" }, Case("options") { $0.options["a\u{0}"] = true },
        Case("options") { $0.options[""] = true }, Case("options") { $0.options[long] = true },
        Case("options") { message in for number in 0...64 { message.options["o\(number)"] = true } },
        Case("atUserIDList") { $0.atUserIdlist = Array(repeating: "", count: 1001) },
    ])
    func `the field that breaks a rule is named`(broken: Case) {
        var message = Messages.text()
        broken.change(&message)
        let violation = MessageRules.violation(of: message, byteCount: 200)
        #expect(violation?.contains(broken.field) == true, "\(violation ?? "no violation")")
    }

    @Test(arguments: [
        Case("longest id") { $0.sendID = String(long.dropLast()) },
        Case("group without receiver") {
            $0.sessionType = 3
            $0.groupID = "g"
            $0.recvID = ""
        },
        Case("system chat") { $0.sessionType = 4 },
        Case("no server id yet") { $0.serverMsgID = "" },
        Case("NUL in content") { $0.content = Data([0]) },
        Case("unknown content type") { $0.contentType = 77 },
        Case("long nickname") { $0.senderNickname = String(repeating: "x", count: 5000) },
    ])
    func `what no rule forbids is allowed`(allowed: Case) {
        var message = Messages.text()
        allowed.change(&message)
        #expect(MessageRules.violation(of: message, byteCount: 200) == nil)
    }

    @Test func `a message has at most 128 KiB, so that a hundred of them fit into a block`() {
        #expect(MessageRules.violation(of: Messages.text(), byteCount: 131_072) == nil)
        #expect(MessageRules.violation(of: Messages.text(), byteCount: 131_073)?.contains("131073 bytes") == true)
    }

    @Test func `a violation never repeats what a message says`() {
        var message = Messages.text()
        message.content = Data("secret content".utf8)
        message.senderNickname = "secret name\u{0}"
        #expect(MessageRules.violation(of: message, byteCount: 200)?.contains("secret") == false)
    }
}
