import TestKit
import Testing

@testable import Redis

@Suite struct RedisReplyFuzz {
    /// Every type that decodes by code of its own.
    private static let types: [any RedisReply.Type] = [
        Int.self, UInt8.self, Double.self, Bool?.self, [String].self, [UInt8].self, [[Int?]].self, [String: [Int]].self,
        [RedisField<Int>].self, [RedisScored<String>].self, RedisScanPage<RedisScored<Int>>.self,
        RedisPoppedScored<Int>.self, [RedisStreamEntries<Int>].self, RedisTimeToLive.self, RedisTime.self,
        RedisRole.self,
    ]

    @Test(arguments: Seed.corpus + [.fresh()]) func `any reply decodes or is an error and never a trap`(seed: Seed) {
        var random = seed.generator()
        let transaction = RedisTransaction([RawCommand("GET", ["a"])])
        for step in 0..<3_000 {
            let value = Self.randomValue(depth: 0, using: &random)
            for type in Self.types {
                let error = RedisReplyTests.error { () throws(RedisError) in try type.init(reply: value) }
                let isOurs = error == nil || error?.code == .unexpectedReply || error?.code == .server
                #expect(isOurs, "seed \(seed), step \(step)")
            }
            guard case .array(let replies) = value else { continue }
            _ = RedisReplyTests.error { () throws(RedisError) in try transaction.results(replies) }
        }
    }

    private static func randomValue(depth: Int, using random: inout SeededGenerator) -> RedisValue {
        switch Int.random(in: 0..<(depth < 4 ? 10 : 6), using: &random) {
        case 0: .null
        case 1: .integer([-3, -2, -1, 0, 1, 300, .max, .min].randomElement(using: &random) ?? 0)
        case 2: .status(["OK", "QUEUED"].randomElement(using: &random) ?? "")
        case 3: .error("WRONGTYPE x")
        case 4:
            .string((0..<Int.random(in: 0...3, using: &random)).map { _ in .random(in: 0 ... .max, using: &random) })
        case 5: bulk(["master", "slave", "sentinel", "7", "inf", "1e400", "-0"].randomElement(using: &random) ?? "")
        default:
            .array(
                (0..<Int.random(in: 0...5, using: &random)).map { _ in
                    Self.randomValue(depth: depth + 1, using: &random)
                }
            )
        }
    }
}
