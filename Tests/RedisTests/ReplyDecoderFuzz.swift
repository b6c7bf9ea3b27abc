import TestKit
import Testing

@testable import Redis

@Suite struct ReplyDecoderFuzz {
    @Test(arguments: Seed.corpus + [.fresh()]) func `mutated replies give values or errors and never a trap`(seed: Seed)
    {
        var random = seed.generator()
        let valid = Array(ReplyDecoderTests.samples.map(\.text).joined().utf8)
        var failures = 0
        for _ in 0..<5_000 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[position] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.remove(at: position)
                case 2: bytes.insert(Array("0123456789-*$:+\r\n".utf8).randomElement(using: &random) ?? 0, at: position)
                default: bytes.removeLast(min(position, bytes.count / 2))
                }
            }
            // What comes out does not matter; that it comes out, whatever the portions, does.
            let portion = Int.random(in: 1...64, using: &random)
            do { _ = try ReplyDecoderTests.decode(bytes, portion: portion) } catch { failures += 1 }
        }
        #expect((1..<5_000).contains(failures), "\(seed)")
    }

    @Test(arguments: Seed.corpus + [.fresh()]) func `random values survive being written and read`(seed: Seed) throws {
        var random = seed.generator()
        for step in 0..<500 {
            let value = Self.randomValue(depth: 0, using: &random)
            let portion = Int.random(in: 1...100, using: &random)
            let decoded = try ReplyDecoderTests.decode(Self.encode(value), portion: portion)
            #expect(decoded == [value], "\(seed), step \(step)")
        }
    }

    private static func randomValue(depth: Int, using random: inout SeededGenerator) -> RedisValue {
        switch Int.random(in: 0..<(depth < 6 ? 7 : 5), using: &random) {
        case 0: .null
        case 1: .integer(.random(in: .min ... .max, using: &random))
        case 2: .status("s\(Int.random(in: 0..<1000, using: &random))")
        case 3: .error("ERR e\(Int.random(in: 0..<1000, using: &random))")
        case 4:
            .string(
                (0..<Int.random(in: 0..<40, using: &random)).map { _ in .random(in: .min ... .max, using: &random) }
            )
        default:
            .array(
                (0..<Int.random(in: 0..<4, using: &random)).map { _ in
                    Self.randomValue(depth: depth + 1, using: &random)
                }
            )
        }
    }

    private static func encode(_ value: RedisValue) -> [UInt8] {
        switch value {
        case .null: Array("$-1\r\n".utf8)
        case .integer(let number): Array(":\(number)\r\n".utf8)
        case .status(let text): Array("+\(text)\r\n".utf8)
        case .error(let text): Array("-\(text)\r\n".utf8)
        case .string(let bytes): Array("$\(bytes.count)\r\n".utf8) + bytes + [13, 10]
        case .array(let values): Array("*\(values.count)\r\n".utf8) + values.flatMap(Self.encode)
        }
    }
}
