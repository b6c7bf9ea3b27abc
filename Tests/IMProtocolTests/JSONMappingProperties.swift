import SwiftProtobuf
import TestKit
import Testing

@testable import IMProtocol

@Suite struct JSONMappingProperties {
    @Test func `the table holds every message and names that are unique in any case`() {
        #expect(allMessageTypes.count == MessageSchemas.all.list.count)
        #expect(Set(allMessageTypes.map { $0.protoMessageName }) == Set(MessageSchemas.all.list.map(\.name)))
        for schema in MessageSchemas.all.list {
            #expect(Set(schema.fields.map { $0.name.lowercased() }).count == schema.fields.count, "\(schema.name)")
        }
    }

    @Test(arguments: [1, 2, UInt64.random(in: 0...UInt64.max)])
    func `random messages of every type survive the way to JSON and back`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for type in allMessageTypes {
            for _ in 0..<8 {
                try self.roundTrip(type, seed: seed, using: &random)
            }
        }
    }

    private func roundTrip<M: Message>(_ type: M.Type, seed: UInt64, using random: inout SeededGenerator) throws {
        let schema = try #require(MessageSchemas.all.schema(named: M.protoMessageName))
        let message = try M(serializedBytes: RandomMessage.binary(schema, depth: 0, using: &random))
        // Nothing that the table knows may be unknown to the generated code.
        #expect(message.unknownFields.data.isEmpty, "\(schema.name), seed \(seed)")
        let json = try ProtoJSON.encode(message)
        let value = try JSONValue(parsing: json)
        #expect(value.encoded() == json, "\(schema.name), seed \(seed)")
        let decoded = try ProtoJSON.decode(M.self, from: value)
        #expect(decoded.isEqualTo(message: message), "\(schema.name), seed \(seed)")
    }

    @Test(arguments: [1, 2, UInt64.random(in: 0...UInt64.max)])
    func `random bytes are turned into JSON or refused but never trap`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for schema in MessageSchemas.all.list {
            for _ in 0..<20 {
                var bytes = RandomMessage.binary(schema, depth: 0, using: &random)
                for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                }
                bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
                _ = try? ProtoJSON.json(binary: bytes, schema: schema)
            }
        }
    }

    @Test func `unknown fields and groups are skipped`() throws {
        let schema = try #require(MessageSchemas.all.schema(named: "openim.auth.parseTokenReq"))
        var writer = WireWriter()
        writer.write(900, .varint, 5)
        writer.write(1, .varint, 5)
        writer.write(1, [UInt8]("abc".utf8))
        writer.write(901, [1, 2, 3])
        // A group of number 3 that holds what looks like field 1.
        let group: [UInt8] = [0x1B, 0x0A, 0x01, 0x78, 0x1C]
        let json = try ProtoJSON.json(binary: writer.bytes + group, schema: schema)
        #expect(String(decoding: json, as: UTF8.self) == #"{"token":"abc"}"#)
    }
}
