import Foundation
import IMProtocol
import Mongo
import SwiftProtobuf
import TestKit
import Testing

@testable import IMStorage

@Suite struct MessageDocumentTests {
    /// The message after it was written to bytes and read again, as from the database.
    private func roundTrip(_ message: Openim_Sdkws_MsgData) throws -> Openim_Sdkws_MsgData {
        try MessageDocument.decode(try BSONDocument(validating: MessageDocument.encode(message).bytes))
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `any message comes back as it was`(seed: Seed) throws {
        var random = seed.generator()
        for _ in 0..<300 {
            let message = Messages.random(using: &random)
            #expect(try self.roundTrip(message) == message, "\(seed)")
            let bytes = MessageDocument.encode(message).bytes.count
            #expect(MessageDocument.byteCount(of: message) >= bytes + 96, "\(seed)")
        }
    }

    @Test(
        arguments: [
            [], [0xff], [0x61, 0x80], [0xc3], [0xed, 0xa0, 0x80], [0x00], [0xf4, 0x90, 0x80, 0x80], Array("é😀".utf8),
        ] as [[UInt8]]
    )
    func `content is kept byte by byte, also when it is no UTF-8`(bytes: [UInt8]) throws {
        var message = Messages.text(seq: 1)
        message.content = Data(bytes)
        #expect(Array(try self.roundTrip(message).content) == bytes)
    }

    @Test func `content that is text is stored as text, other content as bytes`() {
        var message = Messages.text()
        #expect(MessageDocument.encode(message)["content"] == .string(#"{"content":"hi"}"#))
        message.content = Data([0xff])
        #expect(MessageDocument.encode(message)["content"] == .binary([0xff], subtype: 0))
    }

    @Test(arguments: [true, false]) func `every option is kept`(isOn: Bool) throws {
        var message = Messages.text(seq: 1)
        for option in MessageOption.allCases { message.options[option.rawValue] = isOn }
        #expect(try self.roundTrip(message).options == message.options)
    }

    @Test func `the stored names and types are those of OpenIM`() {
        var message = Messages.text(seq: 7, createTime: 9)
        message.atUserIdlist = ["x"]
        message.options = ["b": false, "a": true]
        message.offlinePushInfo.title = "t"
        let document = MessageDocument.encode(message)
        let keys = document.map(\.0)
        #expect(
            keys == [
                "send_id", "recv_id", "group_id", "client_msg_id", "server_msg_id", "sender_platform_id",
                "sender_nickname", "sender_face_url", "session_type", "msg_from", "content_type", "content", "seq",
                "send_time", "create_time", "status", "is_read", "options", "offline_push", "at_user_id_list",
                "attached_info", "ex",
            ]
        )
        #expect(document["seq"] == .int64(7))
        #expect(document["create_time"] == .int64(9))
        #expect(document["session_type"] == .int32(1))
        #expect(document["is_read"] == .bool(false))
        #expect(document["options"] == .document(["a": .bool(true), "b": .bool(false)]))
        #expect(document["at_user_id_list"] == .array([.string("x")]))
        let push: BSONDocument = [
            "title": .string("t"), "desc": .string(""), "ex": .string(""), "ios_push_sound": .string(""),
            "ios_badge_count": .bool(false),
        ]
        #expect(document["offline_push"] == .document(push))
    }

    @Test func `what is empty is stored as null`() {
        let document = MessageDocument.encode(Messages.text())
        for key in ["options", "offline_push", "at_user_id_list"] { #expect(document[key] == .null) }
    }

    @Test func `absent fields and nulls read as empty`() throws {
        #expect(try MessageDocument.decode(BSONDocument()) == Openim_Sdkws_MsgData())
        var nulls = BSONDocument()
        for (key, _) in MessageDocument.encode(Messages.text()) { nulls.append(key, .null) }
        #expect(try MessageDocument.decode(nulls) == Openim_Sdkws_MsgData())
    }

    @Test(arguments: [BSONValue.int32(5), .int64(5), .double(5), .double(4.9)])
    func `a number is read in any of its types`(value: BSONValue) throws {
        let document: BSONDocument = ["seq": value, "session_type": value, "send_time": value]
        let message = try MessageDocument.decode(document)
        #expect(message.seq == 5)
        #expect(message.sessionType == 5)
        #expect(message.sendTime == 5)
    }

    @Test(arguments: [
        BSONValue.double(.nan), .double(.infinity), .double(1e300), .string("5"), .bool(true), .array([]), .null,
    ])
    func `what is no number reads as zero`(value: BSONValue) throws {
        #expect(try MessageDocument.decode(["seq": value]).seq == 0)
    }

    @Test func `fields of the wrong type read as empty`() throws {
        let document: BSONDocument = [
            "send_id": .int32(1), "content": .int32(1), "is_read": .int32(1), "options": .array([]),
            "at_user_id_list": .array([.int32(1), .string("u"), .null]), "offline_push": .string("x"),
        ]
        let message = try MessageDocument.decode(document)
        #expect(message.sendID.isEmpty && message.content.isEmpty && !message.isRead && message.options.isEmpty)
        #expect(message.atUserIdlist == ["u"])
        #expect(!message.hasOfflinePushInfo)
    }
}
