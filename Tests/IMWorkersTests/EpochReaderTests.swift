import Foundation
import IMProtocol
import Kafka
import SwiftProtobuf
import TestKit
import Testing

@testable import IMWorkers

@Suite struct EpochReaderTests {
    private func record(_ payload: Openim_Msg_MsgDataToMongoByMQ, at offset: Int64) throws -> KafkaRecord {
        KafkaRecord(topic: "toMongo", partition: 0, offset: offset, value: try payload.serializedBytes())
    }

    private func claim(at offset: Int64) throws -> KafkaRecord {
        try self.record(.with { $0.claim = Data([1]) }, at: offset)
    }

    private func data(epoch: Int64?, at offset: Int64) throws -> KafkaRecord {
        let payload = Openim_Msg_MsgDataToMongoByMQ.with {
            if let epoch { $0.epoch = epoch }
            $0.conversationID = "c"
            $0.msgData = [.with { $0.seq = 1 }]
        }
        return try self.record(payload, at: offset)
    }

    /// One letter for each record: claim, valid, void, unreadable.
    private func read(_ records: [KafkaRecord], epoch: Int64? = nil) -> String {
        var reader = EpochReader(epoch: epoch)
        return records.map { record in
            switch reader.read(record) {
            case .claim: "c"
            case .valid: "v"
            case .void: "-"
            case .unreadable: "?"
            }
        }.joined()
    }

    @Test func `a record counts under the last claim before it, and under no other`() throws {
        let log = try [
            self.data(epoch: 0, at: 0), self.claim(at: 1), self.data(epoch: 1, at: 2), self.claim(at: 3),
            self.data(epoch: 1, at: 4), self.data(epoch: 3, at: 5), self.data(epoch: nil, at: 6),
        ]
        #expect(self.read(log) == "-cvc-v-")
    }

    @Test func `the first claim may stand at offset 0, and a record without an epoch is not under it`() throws {
        #expect(try self.read([self.claim(at: 0), self.data(epoch: 0, at: 1), self.data(epoch: nil, at: 2)]) == "cv-")
    }

    @Test func `a reader goes on with the epoch that it has stored`() throws {
        let log = try [self.data(epoch: 1, at: 4), self.data(epoch: 3, at: 5)]
        #expect(self.read(log, epoch: 3) == "-v")
        #expect(self.read(log, epoch: nil) == "--")
    }

    @Test func `what does not decode, or counts and cannot be stored, is told apart from what is void`() throws {
        let bad = KafkaRecord(topic: "toMongo", partition: 0, offset: 2, value: [0xff])
        let empty = try self.record(.with { $0.epoch = 1 }, at: 3)
        #expect(try self.read([self.claim(at: 1), bad, empty]) == "c??")
        #expect(self.read([bad, empty]) == "?-")
    }

    @Test func `a consumer that does not know the fields reads the rest as before`() throws {
        let bytes = try self.data(epoch: 300, at: 0).value ?? []
        var payload = try Openim_Msg_MsgDataToMongoByMQ(serializedBytes: bytes)
        payload.clearEpoch()
        let known: [UInt8] = try payload.serializedBytes()
        #expect(Array(bytes.prefix(known.count)) == known, "the new fields stand behind those of OpenIM v3.8")
        // Field 100, a number: tag 800, then the value.
        #expect(Array(bytes.suffix(4)) == [0xa0, 0x06, 0xac, 0x02])
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `mutated records never trap`(seed: Seed) throws {
        var random = seed.generator()
        let original = try self.data(epoch: 1, at: 0).value ?? []
        var reader = EpochReader(epoch: 1)
        for offset in 0..<Int64(2000) {
            var bytes = original
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            _ = reader.read(KafkaRecord(topic: "toMongo", partition: 0, offset: offset, value: bytes))
        }
    }
}
