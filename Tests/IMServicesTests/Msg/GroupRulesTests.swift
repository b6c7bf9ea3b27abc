import IMProtocol
import IMStorage
import Kafka
import SwiftProtobuf
import Synchronization
import Testing

@testable import IMServices

/// Who may write to a group.
@Suite struct GroupRulesTests {
    private static func fixture(
        _ role: GroupRole? = .ordinary,
        status: GroupStatus = .normal,
        type: Int32 = 2,
        mutedUntil: Int64 = 0
    ) -> MsgFixture {
        let fixture = MsgFixture()
        let member = role.map { GroupMemberRecord(groupID: "g", userID: "alice", role: $0, muteEndTime: mutedUntil) }
        fixture.directories.add(group: "g", status: status, type: type, members: member.map { [$0] } ?? [])
        return fixture
    }

    @Test func `a member's message goes out under the group's id`() async throws {
        let fixture = Self.fixture()
        try await fixture.send(MsgFixture.groupText())
        let message = try #require(try fixture.outlet.messages.first)
        #expect(fixture.outlet.records.first?.key == Array("g".utf8))
        #expect(ConversationID.of(message) == "sg_g")
        #expect(message.groupID == "g")
        #expect(fixture.directories.calls == ["group", "member"])
    }

    @Test func `the group must exist`() async throws {
        #expect(try await MsgFixture().refusal(of: MsgFixture.groupText())?.code == 1004)
    }

    @Test func `who is no member is refused`() async throws {
        #expect(try await Self.fixture(nil).refusal(of: MsgFixture.groupText())?.code == 1203)
    }

    @Test func `administrators need not be members`() async throws {
        let fixture = Self.fixture(nil, status: .muted)
        #expect(try await fixture.refusal(of: MsgFixture.groupText(from: "imAdmin"), asAdmin: true) == nil)
    }

    @Test func `the obsolete type has no members to check`() async throws {
        #expect(try await Self.fixture(nil, type: 1).refusal(of: MsgFixture.groupText()) == nil)
    }

    @Test func `a dismissed group takes nothing but the notification of it`() async throws {
        let fixture = Self.fixture(.owner, status: .dismissed)
        #expect(try await fixture.refusal(of: MsgFixture.groupText())?.code == 1204)
        #expect(try await fixture.refusal(of: MsgFixture.groupText(from: "imAdmin"), asAdmin: true)?.code == 1204)
        var message = MsgFixture.groupText()
        message.contentType = 1201
        #expect(try await fixture.refusal(of: message, asAdmin: true)?.code == 1204)
        message.contentType = 1511
        #expect(try await fixture.refusal(of: message, asAdmin: true) == nil)
    }

    @Test(arguments: [
        (GroupRole.ordinary, Int64(0), Int32?.none), (.ordinary, -1, nil), (.ordinary, 1, 1402),
        (.administrator, 1, 1402), (.owner, 1, nil),
    ])
    func `a muted member waits for the end, the owner does not`(
        role: GroupRole,
        remaining: Int64,
        code: Int32?
    ) async throws {
        // 0 means not muted; else the end, to the millisecond, is included.
        let end = remaining == 0 ? 0 : MsgFixture.start + max(remaining - 1, -1)
        let fixture = Self.fixture(role, mutedUntil: end)
        #expect(try await fixture.refusal(of: MsgFixture.groupText())?.code == code)
    }

    @Test(arguments: [(GroupRole.ordinary, Int32?.some(1403)), (.administrator, nil), (.owner, nil)])
    func `in a muted group only those who manage it write`(role: GroupRole, code: Int32?) async throws {
        let fixture = Self.fixture(role, status: .muted)
        #expect(try await fixture.refusal(of: MsgFixture.groupText())?.code == code)
    }

    @Test func `receive options, black lists and users are not asked of groups`() async throws {
        let fixture = Self.fixture()
        fixture.directories.state.withLock { $0.users = [:] }
        #expect(try await fixture.refusal(of: MsgFixture.groupText()) == nil)
    }
}
