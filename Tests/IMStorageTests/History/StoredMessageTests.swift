import Foundation
import IMProtocol
import Mongo
import SwiftProtobuf
import Testing

@testable import IMStorage

@Suite struct StoredMessageTests {
    private static let revocation = Revocation(role: 60, userID: "u9", nickname: "Ann \"A\"", time: 1_700_000_000_123)

    private func message() -> Openim_Sdkws_MsgData {
        var message = Messages.text(seq: 7)
        message.sendTime = 1_700_000_000_000
        message.senderNickname = "Bob"
        message.ex = "more"
        return message
    }

    private func decode(_ slot: BSONDocument, seq: Int64 = 7) throws -> StoredMessage? {
        try slot.read { (reader: inout BSONReader) throws(MongoError) in try StoredMessage.decode(&reader, seq: seq) }
    }

    @Test func `a filled slot is read back`() throws {
        let run = SequencedMessages(conversationID: "si_u1_u2", risingMessages: [self.message()])
        let part = try #require(try BlockPart.split(run).first)
        guard case .document(let slot) = part.newBlock.array("msgs")[6] else {
            Issue.record("no slot")
            return
        }
        #expect(try self.decode(slot) == StoredMessage(self.message()))
    }

    @Test func `marks are read with the message`() throws {
        let slot: BSONDocument = [
            "msg": .document(MessageDocument.encode(self.message())),
            "revoke": .document(Self.revocation.document), "del_list": .array(["u1", .int32(1), "u2"]),
            "is_read": .bool(true),
        ]
        let stored = try #require(try self.decode(slot))
        #expect(stored.revocation == Self.revocation)
        #expect(stored.deletedFor == ["u1", "u2"])
        #expect(stored.isRead)
    }

    @Test(
        arguments: [
            [:], ["msg": .null], ["msg": "text"], ["id": .binary([1], subtype: 0), "msg": .null],
            ["msg": .null, "revoke": .document(["role": .int32(1)])], ["msg": .document(["seq": .int64(8)])],
        ] as [BSONDocument]
    )
    func `a slot without a message, or with one of another seq, is no message`(slot: BSONDocument) throws {
        #expect(try self.decode(slot) == nil)
    }

    @Test func `a slot as OpenIM writes it is read, with other widths of numbers and without lists`() throws {
        let slot: BSONDocument = [
            "msg": .document(["seq": .int32(7), "send_time": .int64(5), "session_type": .int64(1), "options": .null]),
            "revoke": .document(["role": .int64(20), "user_id": "u", "time": .int32(9)]), "del_list": .null,
        ]
        let stored = try #require(try self.decode(slot))
        #expect(stored.message.seq == 7)
        #expect(stored.message.sendTime == 5)
        #expect(stored.message.sessionType == 1)
        #expect(stored.revocation == Revocation(role: 20, userID: "u", nickname: "", time: 9))
        #expect(stored.deletedFor.isEmpty)
        #expect(!stored.isRead)
    }

    @Test func `an ordinary message is seen as it was sent`() throws {
        #expect(try StoredMessage(self.message()).seen(by: "u2") == self.message())
    }

    @Test func `who has deleted a message sees no content, others do`() throws {
        let stored = StoredMessage(self.message(), deletedFor: ["u2"])
        let seen = try stored.seen(by: "u2")
        #expect(seen.content.isEmpty)
        #expect(seen.status == 4)
        #expect(seen.seq == 7)
        #expect(try stored.seen(by: "u1") == self.message())
    }

    @Test func `a revoked message is seen as the revocation`() throws {
        let seen = try StoredMessage(self.message(), revocation: Self.revocation).seen(by: "u2")
        #expect(seen.contentType == 2101)
        let detail =
            #"{\"revokerID\":\"u9\",\"revokerRole\":60,\"clientMsgID\":\"c7\",\"revokerNickname\":\"Ann \\\"A\\\"\","#
            + #"\"revokeTime\":1700000000123,\"sourceMessageSendTime\":1700000000000,\"sourceMessageSendID\":\"u1\","#
            + #"\"sourceMessageSenderNickname\":\"Bob\",\"sessionType\":1,\"seq\":7,\"ex\":\"more\"}"#
        #expect(String(decoding: seen.content, as: UTF8.self) == #"{"detail":""# + detail + #""}"#)
        #expect(seen.clientMsgID == "c7")
        #expect(seen.status == self.message().status)
    }

    @Test func `deleting goes before revoking`() throws {
        let seen = try StoredMessage(self.message(), revocation: Self.revocation, deletedFor: ["u2"]).seen(by: "u2")
        #expect(seen.status == 4)
        #expect(seen.contentType == 101)
        #expect(seen.content.isEmpty)
    }

    @Test(arguments: [(Int32(1), true), (3, false), (4, false)])
    func `the read mark shows in single chats`(sessionType: Int32, isRead: Bool) throws {
        var message = self.message()
        message.sessionType = sessionType
        #expect(try StoredMessage(message, isRead: true).seen(by: "u1").isRead == isRead)
        #expect(try StoredMessage(message, isRead: false).seen(by: "u1").isRead == false)
    }
}
