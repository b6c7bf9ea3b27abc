import IMProtocol
import IMStorage
import Redis
import SwiftProtobuf
import TestKit
import Testing

/// What Redis knows of messages that were sent.
@Suite(
    .enabled(if: Stack.postgres.isUp && Stack.redis.isUp, "scripts/stack up postgres redis"),
    .timeLimit(.minutes(5))
)
struct SentMessagesTests {
    @Test func `of attempts at the same time one gives the time to all`() async throws {
        try await StorageNode.run(isLocal: false) { node in
            let times = SendTimeStore(redis: node.redis)
            let identity = try MessageIdentity(conversationID: "c", sendID: node.name("u"), clientMsgID: "m")
            let answers = try await withThrowingTaskGroup(of: Int64.self) { group in
                for number in 0..<50 {
                    group.addTask { try await times.first(identity, now: 1_800_000_000_000 + Int64(number)) }
                }
                return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
            }
            let first = try #require(answers.first)
            #expect(answers.count == 1)
            #expect(try await times.first(identity, now: first + 1_000_000) == first)
            try await times.forget(identity)
            #expect(try await times.first(identity, now: first + 9) == first + 9)
        }
    }

    @Test func `a time is kept for an hour`() async throws {
        try await StorageNode.run(isLocal: false) { node in
            let identity = try MessageIdentity(conversationID: "c", sendID: node.name("u"), clientMsgID: "m")
            _ = try await SendTimeStore(redis: node.redis).first(identity, now: 5)
            let digits = identity.bytes.map { byte in
                let text = String(byte, radix: 16)
                return text.count == 1 ? "0\(text)" : text
            }
            let key = "SEND_TIME:\(digits.joined())"
            let left = try await node.redis.send(RedisCommand("TTL", [RedisArgument(key)], as: Int64.self))
            #expect((3590...3600).contains(left))
        }
    }

    @Test func `a status is kept for a day under the key of OpenIM`() async throws {
        try await StorageNode.run(isLocal: false) { node in
            let statuses = SendStatusStore(redis: node.redis)
            let operationID = node.name("op")
            #expect(try await statuses.status(of: operationID) == nil)
            try await statuses.set(2, of: operationID)
            #expect(try await statuses.status(of: operationID) == 2)
            let key = "SEND_MSG_FAILED_FLAG:\(operationID)"
            #expect(try await node.redis.send(.get(key)) == "2")
            let left = try await node.redis.send(RedisCommand("TTL", [RedisArgument(key)], as: Int64.self))
            #expect((86_390...86_400).contains(left))
        }
    }

    @Test func `an evicted message is gone from the cache and does not come back`() async throws {
        try await StorageNode.run(isLocal: false) { node in
            let cache = MessageCache(redis: node.redis)
            let conversationID = node.name("si_a_b")
            let messages = (1...3).map { seq in
                Openim_Sdkws_MsgData.with {
                    $0.seq = Int64(seq)
                    $0.clientMsgID = "m\(seq)"
                }
            }
            let run = SequencedMessages(conversationID: conversationID, risingMessages: messages)
            try await cache.put([run])
            try await MessageEviction(redis: node.redis).evict(conversationID, seqs: [2, 9])
            try await cache.put([run])
            #expect(try await cache.messages(conversationID, seqs: [1, 2, 3]).keys.sorted() == [1, 3])
        }
    }
}
