import TestKit
import Testing

@testable import Mongo

@Suite struct ReadBufferTests {
    @Test(arguments: Seed.corpus + [.fresh()])
    func `bytes come out in order whatever the sizes of reads and packets`(seed: Seed) {
        var random = seed.generator()
        let bytes = (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        var sent = 0
        var buffer = ReadBuffer()
        var received: [UInt8] = []
        while received.count < bytes.count {
            let count = [1, 4, 12, 500, 16_384, 40_000][Int.random(in: 0..<6, using: &random)]
            let least = Int.random(in: 0...count, using: &random)
            var target = [UInt8](repeating: 0, count: count)
            let result = target.withUnsafeMutableBytes { memory -> Int in
                guard let base = memory.baseAddress else { return 0 }
                return buffer.read(base, count, atLeast: least) { packet, room in
                    let size = min(room, bytes.count - sent, Int.random(in: 1...20_000, using: &random))
                    packet.copyMemory(from: Array(bytes[sent..<(sent + size)]), byteCount: size)
                    sent += size
                    return size
                }
            }
            let isEnough = result >= max(1, least) || sent == bytes.count
            #expect(isEnough, "\(seed)")
            received += target.prefix(max(0, result))
        }
        #expect(received == bytes, "\(seed)")
    }

    @Test func `a failure after some bytes is a failure unless they are enough`() {
        var buffer = ReadBuffer()
        var answers = [3, -1]
        var target = [UInt8](repeating: 0, count: 10)
        let failed = target.withUnsafeMutableBytes { memory in
            memory.baseAddress.map { buffer.read($0, 10, atLeast: 10) { _, _ in answers.removeFirst() } }
        }
        #expect(failed == -1)
        var ended = [4, 0]
        var other = ReadBuffer()
        let short = target.withUnsafeMutableBytes { memory in
            memory.baseAddress.map { other.read($0, 10, atLeast: 10) { _, _ in ended.removeFirst() } }
        }
        #expect(short == 4)
    }
}
