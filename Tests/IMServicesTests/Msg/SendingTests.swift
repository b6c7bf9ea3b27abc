import IMProtocol
import IMStorage
import Kafka
import OpenSSL
import SwiftProtobuf
import Synchronization
import Testing

@testable import IMServices

/// What is accepted, what is made of it and how it is answered.
@Suite struct SendingTests {
    @Test func `an accepted message goes out under its chat's key with the server's id and time`() async throws {
        let fixture = MsgFixture()
        var message = MsgFixture.text()
        message.sendTime = 5
        message.seq = 9
        message.serverMsgID = "mine"
        message.isRead = true
        message.groupID = "stray"
        let answer = try await fixture.send(message)
        let record = try #require(fixture.outlet.records.first)
        let sent = try #require(try fixture.outlet.messages.first)
        #expect(record.topic == "toRedis")
        #expect(record.key == Array("alice_bob".utf8))
        #expect(record.headers.map(\.key) == ["operationID", "opUserID", "platform", "connID"])
        #expect(answer.serverMsgID == Hex.encode(try Digest.md5(Array("alice\u{0}m1".utf8))))
        #expect(answer.sendTime == MsgFixture.start)
        #expect(answer.clientMsgID == "m1")
        #expect(sent.serverMsgID == answer.serverMsgID)
        #expect(sent.sendTime == answer.sendTime)
        #expect(sent.seq == 0 && sent.status == 1 && !sent.isRead && sent.groupID.isEmpty)
        #expect(sent.createTime == message.createTime)
    }

    @Test func `a message that comes again is answered as the first time`() async throws {
        let fixture = MsgFixture()
        let first = try await fixture.send(MsgFixture.text())
        fixture.pass(30_000)
        let second = try await fixture.send(MsgFixture.text())
        #expect(second == first)
        #expect(try fixture.outlet.messages.map(\.sendTime) == [first.sendTime, first.sendTime])
        let other = try await fixture.send(MsgFixture.text(id: "m2"))
        #expect(other.sendTime == MsgFixture.start + 30_000)
        #expect(other.serverMsgID != first.serverMsgID)
    }

    @Test func `a client's id means another message in another chat and of another sender`() async throws {
        let fixture = MsgFixture()
        try await fixture.send(MsgFixture.text())
        fixture.pass(10)
        let answer = try await fixture.send(MsgFixture.text(from: "bob", to: "alice"))
        #expect(answer.sendTime == MsgFixture.start + 10)
    }

    @Test func `a message that did not reach the log takes the time of its next attempt`() async throws {
        let fixture = MsgFixture()
        fixture.outlet.fail(with: KafkaError(.queueFull, "full"))
        await #expect(throws: KafkaError.self) { try await fixture.send(MsgFixture.text()) }
        fixture.outlet.fail(with: nil)
        fixture.pass(600_000)
        #expect(try await fixture.send(MsgFixture.text()).sendTime == MsgFixture.start + 600_000)
    }

    @Test func `a message that may be in the log keeps the time of its first attempt`() async throws {
        let fixture = MsgFixture()
        fixture.outlet.fail(with: KafkaError(.timedOut, "late", mayHaveBeenApplied: true))
        await #expect(throws: KafkaError.self) { try await fixture.send(MsgFixture.text()) }
        fixture.outlet.fail(with: nil)
        fixture.pass(600_000)
        #expect(try await fixture.send(MsgFixture.text()).sendTime == MsgFixture.start)
    }

    @Test func `without Redis messages are sent all the same`() async throws {
        let fixture = MsgFixture()
        fixture.memories.state.withLock { $0.isDown = true }
        #expect(try await fixture.send(MsgFixture.text()).sendTime == MsgFixture.start)
    }

    @Test func `only administrators say when a message was sent`() async throws {
        let fixture = MsgFixture()
        var message = MsgFixture.text()
        message.sendTime = 1_700_000_000_000
        #expect(try await fixture.send(message).sendTime == MsgFixture.start)
        message.clientMsgID = "m2"
        #expect(try await fixture.send(message, asAdmin: true).sendTime == 1_700_000_000_000)
        message.sendTime = -1
        #expect(try await fixture.send(message, asAdmin: true).sendTime == MsgFixture.start)
    }

    @Test(
        arguments: [
            (ContentType.text, []), (.revoke, ["unreadCount", "offlinePush"]),
            (
                .typing,
                [
                    "history", "persistent", "senderSync", "conversationUpdate", "senderConversationUpdate",
                    "unreadCount",
                    "offlinePush",
                ]
            ),
        ] as [(ContentType, [String])]
    )
    func `options of a content type are off also when the client sent none`(
        type: ContentType,
        off: [String]
    ) async throws {
        let fixture = MsgFixture()
        var message = MsgFixture.text()
        message.contentType = type.rawValue
        try await fixture.send(message)
        let sent = try #require(try fixture.outlet.messages.first)
        #expect(sent.options == Dictionary(uniqueKeysWithValues: off.map { ($0, false) }))
    }

    @Test func `a receipt of an administrator raises no counters`() async throws {
        let fixture = MsgFixture()
        var message = MsgFixture.text()
        message.contentType = ContentType.hasReadReceipt.rawValue
        message.options = ["unreadCount": true, "history": true]
        try await fixture.send(message, asAdmin: true)
        let options = try #require(try fixture.outlet.messages.first).options
        let off = options.filter { !$0.value }.keys.sorted()
        #expect(off == ["conversationUpdate", "offlinePush", "senderConversationUpdate", "unreadCount"])
        #expect(options["history"] == true)
    }

    @Test func `what is not stored leaves no trace in Redis`() async throws {
        let fixture = MsgFixture()
        var message = MsgFixture.text()
        message.contentType = ContentType.typing.rawValue
        try await fixture.send(message)
        #expect(fixture.memories.state.withLock { $0.sendTimes.isEmpty })
    }

    @Test func `a refused message leaves no trace in Redis`() async throws {
        let fixture = MsgFixture()
        fixture.directories.state.withLock { $0.blacks = [["bob", "alice"]] }
        #expect(try await fixture.refusal(of: MsgFixture.text())?.code == 1302)
        #expect(fixture.memories.state.withLock { $0.sendTimes.isEmpty })
        #expect(fixture.outlet.records.isEmpty)
    }

    @Test func `a simple message gets its sender's name and picture`() async throws {
        let fixture = MsgFixture()
        let answer = try await fixture.server.sendSimpleMsg(
            .with { $0.msgData = MsgFixture.text() },
            MsgFixture.context("alice")
        )
        let sent = try #require(try fixture.outlet.messages.first)
        #expect(sent.senderNickname == "nick of alice")
        #expect(sent.senderFaceURL == "face of alice")
        #expect(answer.serverMsgID == sent.serverMsgID)
        let error = await #expect(throws: IMError.self) {
            try await fixture.server.sendSimpleMsg(
                .with { $0.msgData = MsgFixture.text() },
                MsgFixture.context("bob")
            )
        }
        #expect(error?.code == 1002)
    }

    @Test func `the status of a send is kept under the id of its request`() async throws {
        let fixture = MsgFixture()
        let context = MsgFixture.context("alice")
        #expect(try await fixture.server.getSendMsgStatus(.init(), context).status == 0)
        _ = try await fixture.server.setSendMsgStatus(.with { $0.status = 2 }, context)
        #expect(try await fixture.server.getSendMsgStatus(.init(), context).status == 2)
        let other = CallContext(operationID: "other", userID: "alice")
        #expect(try await fixture.server.getSendMsgStatus(.init(), other).status == 0)
    }
}
