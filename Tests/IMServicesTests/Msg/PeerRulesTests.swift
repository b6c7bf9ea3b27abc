import IMProtocol
import IMStorage
import SwiftProtobuf
import Synchronization
import Testing

@testable import IMServices

/// Who may write to whom.
@Suite struct PeerRulesTests {
    @Test func `the sender must exist`() async throws {
        let fixture = MsgFixture()
        fixture.directories.state.withLock { $0.users["alice"] = nil }
        #expect(try await fixture.refusal(of: MsgFixture.text())?.code == 1004)
    }

    @Test func `whom the receiver has blocked is refused, and nobody else`() async throws {
        let fixture = MsgFixture()
        fixture.directories.state.withLock { $0.blacks = [["bob", "alice"]] }
        #expect(try await fixture.refusal(of: MsgFixture.text())?.code == 1302)
        #expect(try await fixture.refusal(of: MsgFixture.text(from: "bob", to: "alice")) == nil)
        #expect(try await fixture.refusal(of: MsgFixture.text(from: "imAdmin")) == nil)
    }

    @Test func `friends are asked for only where the settings say so`() async throws {
        #expect(try await MsgFixture().refusal(of: MsgFixture.text()) == nil)
        let fixture = MsgFixture(verifiesFriends: true)
        #expect(try await fixture.refusal(of: MsgFixture.text())?.code == 1303)
        // The receiver's list counts.
        fixture.directories.state.withLock { $0.friends = [["alice", "bob"]] }
        #expect(try await fixture.refusal(of: MsgFixture.text())?.code == 1303)
        fixture.directories.state.withLock { $0.friends = [["bob", "alice"]] }
        #expect(try await fixture.refusal(of: MsgFixture.text()) == nil)
    }

    @Test(arguments: [(Int32(0), Int32(1302)), (1, 1302), (2, nil), (3, nil)])
    func `system accounts pass black lists`(level: Int32, code: Int32?) async throws {
        let fixture = MsgFixture(verifiesFriends: true)
        fixture.directories.add(user: "alice", level: level)
        fixture.directories.state.withLock { $0.blacks = [["bob", "alice"]] }
        #expect(try await fixture.refusal(of: MsgFixture.text())?.code == code)
    }

    @Test func `a receiver who takes nothing refuses everybody but notifications`() async throws {
        let fixture = MsgFixture()
        fixture.directories.add(user: "bob", option: .doNotReceive)
        let refusal = try await fixture.refusal(of: MsgFixture.text())
        #expect(refusal?.code == 1001)
        #expect(refusal?.detail.contains("message is not sent") == true)
        #expect(try await fixture.refusal(of: MsgFixture.text(from: "imAdmin"), asAdmin: true)?.code == 1001)
        var notification = MsgFixture.text(id: "m2")
        notification.contentType = 1201
        #expect(try await fixture.refusal(of: notification, asAdmin: true) == nil)
    }

    @Test func `a receiver without notices gets no offline push, whatever the chat says`() async throws {
        let fixture = MsgFixture()
        fixture.directories.add(user: "bob", option: .receiveWithoutNotice)
        fixture.directories.add(row: Self.row(.doNotReceive))
        try await fixture.send(MsgFixture.text())
        #expect(try fixture.outlet.messages.first?.options == ["offlinePush": false])
    }

    @Test(arguments: [ReceiveOption.receive, .doNotReceive, .receiveWithoutNotice])
    func `the option for the chat counts when there is none for all`(option: ReceiveOption) async throws {
        let fixture = MsgFixture()
        fixture.directories.add(row: Self.row(option))
        let refusal = try await fixture.refusal(of: MsgFixture.text())
        #expect(refusal?.code == (option == .doNotReceive ? 1001 : nil))
        let options = try fixture.outlet.messages.first?.options
        #expect(options == (option == .doNotReceive ? nil : option == .receive ? [:] : ["offlinePush": false]))
    }

    @Test func `the sender's own row of the chat does not matter`() async throws {
        let fixture = MsgFixture()
        var row = Self.row(.doNotReceive)
        row.ownerUserID = "alice"
        fixture.directories.add(row: row)
        #expect(try await fixture.refusal(of: MsgFixture.text()) == nil)
    }

    private static func row(_ option: ReceiveOption) -> ConversationRecord {
        var row = ConversationRecord(ownerUserID: "bob", conversationID: "si_alice_bob", type: 1, userID: "alice")
        row.receiveOption = option.rawValue
        return row
    }
}
