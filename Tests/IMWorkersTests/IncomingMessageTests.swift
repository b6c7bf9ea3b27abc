import Foundation
import IMProtocol
import IMStorage
import Kafka
import SwiftProtobuf
import TestKit
import Testing

@testable import IMWorkers

@Suite struct IncomingMessageTests {
    /// Why a record does not become a new message.
    private func rejection(_ record: KafkaRecord) throws -> String? {
        do {
            let incoming = try IncomingMessage(record)
            return MessageRules.violation(of: incoming.message, byteCount: incoming.byteCount)
        } catch let rejection as IncomingMessage.Rejection {
            return rejection.reason
        }
    }

    @Test func `a good record is read with what belongs to it`() throws {
        let message = Incoming.message("c1")
        let record = try Incoming.record(message, operationID: "op1")
        let incoming = try IncomingMessage(record)
        #expect(incoming.conversationID == "si_u1_u2")
        #expect(incoming.message == message)
        #expect(incoming.key == Array("u1_u2".utf8))
        #expect(incoming.byteCount == record.value?.count)
        #expect(incoming.headers.operationID == "op1")
        #expect(incoming.isStored)
        let identity = try MessageIdentity(conversationID: "si_u1_u2", sendID: "u1", clientMsgID: "c1")
        #expect(incoming.identity == identity)
    }

    @Test func `a message without history is not stored`() throws {
        #expect(try !Incoming.read(Incoming.message("c1", isStored: false)).isStored)
    }

    @Test func `a notification belongs to the notification conversation`() throws {
        var message = Incoming.message("c1")
        message.switchOff(.isNotNotification)
        #expect(try Incoming.read(message).conversationID == "n_u1_u2")
    }

    @Test(arguments: [nil, [], [0xff], [0x0a, 0x7f], Array("hello".utf8)] as [[UInt8]?])
    func `a value that is no message is rejected`(value: [UInt8]?) throws {
        let record = KafkaRecord(topic: "toRedis", partition: 0, offset: 0, value: value)
        #expect(try self.rejection(record) != nil)
    }

    @Test func `a message that breaks a rule is rejected with the field's name`() throws {
        var message = Incoming.message("")
        #expect(try self.rejection(Incoming.record(message)) == "clientMsgID is empty")
        message = Incoming.message("c1")
        message.sessionType = 9
        #expect(try self.rejection(Incoming.record(message))?.contains("sessionType") == true)
        message = Incoming.message("c1")
        message.content = Data()
        #expect(try self.rejection(Incoming.record(message))?.contains("content") == true)
    }

    @Test func `the largest message is accepted and a larger one, which could not be forwarded, is rejected`() throws {
        var message = Incoming.message("c1", contentBytes: MessageRules.messageBytesMax)
        let byteCount = try Incoming.record(message).value?.count ?? 0
        message.content.removeLast(byteCount - MessageRules.messageBytesMax)
        #expect(try Incoming.record(message).value?.count == MessageRules.messageBytesMax)
        #expect(try self.rejection(Incoming.record(message)) == nil)
        message.content.append(0x78)
        #expect(try self.rejection(Incoming.record(message))?.contains("\(MessageRules.messageBytesMax)") == true)
    }

    @Test func `a rejection never repeats what a message says`() throws {
        var message = Incoming.message("c1")
        message.content = Data("secret".utf8)
        message.sendID = ""
        #expect(try self.rejection(Incoming.record(message))?.contains("secret") == false)
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `mutated records are read or rejected and never trap`(seed: Seed) throws {
        var random = seed.generator()
        let original = try Incoming.record(Incoming.message("c1"))
        for _ in 0..<2000 {
            var bytes = original.value ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            var record = original
            record.value = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            record.headers = Array(record.headers.prefix(Int.random(in: 0...4, using: &random)))
            _ = try self.rejection(record)
        }
    }
}
