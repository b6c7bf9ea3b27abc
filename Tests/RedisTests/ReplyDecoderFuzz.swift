import TestKit
import Testing

@testable import Redis

@Suite struct ReplyDecoderFuzz {
    /// The samples as one text, and the bytes that lie near them in kind.
    private static let valid = Array(ReplyDecoderTests.samples.map(\.text).joined().utf8)
    private static let telling = Array("0123456789-*$:+\r\n".utf8)

    @Test(arguments: FuzzBudget.seeds) func `mutated replies give values or errors and never a trap`(seed: Seed) throws
    {
        var random = seed.generator()
        let inputs = FuzzBudget.inputs(usual: 5_000)
        var failures = 0
        for _ in 0..<inputs {
            let bytes = Self.mutated(using: &random)
            // What comes out does not matter; that it comes out, whatever the portions, does.
            let portion = Int.random(in: 1...64, using: &random)
            let decoder = try ReplyDecoder(replyBytesMax: 1 << 20)
            if !Self.accepts(decoder, bytes, portion: portion) { failures += 1 }
        }
        #expect((1..<inputs).contains(failures), "\(seed)")
    }

    /// The samples, changed in up to six places.
    private static func mutated(using random: inout SeededGenerator) -> [UInt8] {
        var bytes = self.valid
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let position = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[position] = UInt8.random(in: .min ... .max, using: &random)
            case 1: bytes.remove(at: position)
            case 2: bytes.insert(self.telling.randomElement(using: &random) ?? 0, at: position)
            default: bytes.removeLast(min(position, bytes.count / 2))
            }
        }
        return bytes
    }

    /// Whether the decoder takes all of it; without copies, for there may be millions of inputs.
    private static func accepts(_ decoder: ReplyDecoder, _ bytes: [UInt8], portion: Int) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var start = 0
            do throws(RedisError) {
                while start < bytes.count {
                    let end = min(start + portion, bytes.count)
                    try decoder.feed(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                    while try decoder.next() != nil {}
                    start = end
                }
                return true
            } catch {
                return false
            }
        }
    }

    @Test(arguments: FuzzBudget.seeds) func `random values survive being written and read`(seed: Seed) throws {
        var random = seed.generator()
        for step in 0..<FuzzBudget.inputs(usual: 5_000) / 10 {
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
