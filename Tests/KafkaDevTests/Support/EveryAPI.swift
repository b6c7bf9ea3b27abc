import NIOCore
import TestKit

@testable import KafkaDev

/// The requests and answers of all APIs, without their types.
struct EveryAPI {
    let key: APIKey
    /// A random request, and a random answer, as bytes.
    let randomRequest: (Int16, inout SeededGenerator) throws -> ByteBuffer
    let randomResponse: (Int16, inout SeededGenerator) throws -> ByteBuffer
    /// Reads bytes and writes what was read.
    let repeatRequest: (ByteBuffer, Int16) throws -> ByteBuffer
    let repeatResponse: (ByteBuffer, Int16) throws -> ByteBuffer

    private init<API: BrokerAPI>(_: API.Type) {
        let key = API.key
        self.key = key
        self.randomRequest = { try Self.random(API.Request.self, key, $0, &$1) }
        self.randomResponse = { try Self.random(API.Response.self, key, $0, &$1) }
        self.repeatRequest = { try Self.again(API.Request.self, key, $0, $1) }
        self.repeatResponse = { try Self.again(API.Response.self, key, $0, $1) }
    }

    private static func random<Message: WireValue>(
        _: Message.Type,
        _ key: APIKey,
        _ version: Int16,
        _ random: inout SeededGenerator
    ) throws -> ByteBuffer {
        var source = RandomCoder(version: version, random: random)
        var message = Message()
        try message.code(&source)
        random = source.random
        return try self.bytes(message, key, version)
    }

    private static func again<Message: WireValue>(
        _: Message.Type,
        _ key: APIKey,
        _ bytes: ByteBuffer,
        _ version: Int16
    ) throws -> ByteBuffer {
        var reader = WireReader(bytes, version: version, isFlexible: key.isFlexible(version))
        var message = Message()
        try message.code(&reader)
        return try self.bytes(message, key, version)
    }

    private static func bytes(_ message: some WireValue, _ key: APIKey, _ version: Int16) throws -> ByteBuffer {
        var writer = WireWriter(ByteBuffer(), version: version, isFlexible: key.isFlexible(version))
        var message = message
        try message.code(&writer)
        return writer.output
    }

    static var all: [EveryAPI] {
        [
            .init(ApiVersionsAPI.self), .init(MetadataAPI.self), .init(ProduceAPI.self), .init(FetchAPI.self),
            .init(ListOffsetsAPI.self), .init(FindCoordinatorAPI.self), .init(JoinGroupAPI.self),
            .init(SyncGroupAPI.self), .init(HeartbeatAPI.self), .init(LeaveGroupAPI.self), .init(OffsetCommitAPI.self),
            .init(OffsetFetchAPI.self), .init(OffsetDeleteAPI.self), .init(InitProducerIDAPI.self),
            .init(CreateTopicsAPI.self), .init(DeleteTopicsAPI.self), .init(CreatePartitionsAPI.self),
            .init(DescribeConfigsAPI.self), .init(DescribeGroupsAPI.self), .init(ListGroupsAPI.self),
            .init(DeleteRecordsAPI.self), .init(DeleteGroupsAPI.self), .init(SaslHandshakeAPI.self),
            .init(SaslAuthenticateAPI.self),
        ]
    }
}
