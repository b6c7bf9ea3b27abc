import NIOCore
import ServerRuntime
import TestKit
import Testing

@Suite struct GzipTests {
    private static let limitBytes = 1 << 20

    /// A deterministic text that compresses, of `count` bytes.
    private static func sample(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 * $0) / 97 % 61 + 32) }
    }

    @Test(arguments: [0, 1, 100, 10_000, 300_000], [-1, 0, 1, 6, 9])
    func `what was compressed comes back`(count: Int, level: Int) throws {
        let deflater = try GzipDeflater(level: level)
        let inflater = try GzipInflater()
        let input = Self.sample(count)
        for _ in 0..<3 {
            let packed = try deflater.compress(input)
            #expect(try inflater.decompress(packed, limitBytes: Self.limitBytes) == input)
        }
    }

    @Test func `a member has no name and no time`() throws {
        let packed = try GzipDeflater().compress(Self.sample(50))
        #expect(packed.prefix(8) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
    }

    @Test func `a level outside the range is taken to the nearest end`() throws {
        let input = Self.sample(5000)
        #expect(try GzipDeflater(level: 99).compress(input) == GzipDeflater(level: 9).compress(input))
        #expect(try GzipDeflater(level: -99).compress(input) == GzipDeflater(level: -1).compress(input))
    }

    @Test func `members one after another are read as one`() throws {
        let deflater = try GzipDeflater()
        let packed =
            try deflater.compress(Array("one, ".utf8)) + deflater.compress([])
            + deflater.compress(Array("two".utf8))
        let output = try GzipInflater().decompress(packed, limitBytes: 100)
        #expect(String(decoding: output, as: UTF8.self) == "one, two")
    }

    @Test func `output is appended to what the buffer holds`() throws {
        var buffer = ByteBuffer(string: "head ")
        let packed = try GzipDeflater().compress(Array("tail".utf8))
        try packed.span.bytes.withUnsafeBytes { (bytes) throws(GzipError) in
            try GzipInflater().decompress(bytes, limitBytes: 4, into: &buffer)
        }
        #expect(String(buffer: buffer) == "head tail")
    }

    @Test func `exactly the limit is read and one byte more is refused`() throws {
        let packed = try GzipDeflater().compress([UInt8](repeating: 7, count: 100_000))
        let inflater = try GzipInflater()
        #expect(try inflater.decompress(packed, limitBytes: 100_000).count == 100_000)
        #expect(throws: GzipError.self) { try inflater.decompress(packed, limitBytes: 99_999) }
        #expect(Self.code { try inflater.decompress(packed, limitBytes: 99_999) } == .tooLarge)
        #expect(Self.code { try inflater.decompress(packed, limitBytes: 0) } == .tooLarge)
    }

    @Test func `the limit counts all members`() throws {
        let deflater = try GzipDeflater()
        let packed = try deflater.compress([1, 2, 3]) + deflater.compress([4, 5, 6])
        #expect(Self.code { try GzipInflater().decompress(packed, limitBytes: 5) } == .tooLarge)
        #expect(try GzipInflater().decompress(packed, limitBytes: 6) == [1, 2, 3, 4, 5, 6])
    }

    @Test func `every proper prefix is truncated`() throws {
        let packed = try GzipDeflater().compress(Self.sample(200))
        let inflater = try GzipInflater()
        for count in 0..<packed.count {
            let code = Self.code { try inflater.decompress(Array(packed.prefix(count)), limitBytes: Self.limitBytes) }
            #expect(code == .truncated, "\(count) bytes")
        }
    }

    @Test func `bytes behind the last member are refused`() throws {
        let packed = try GzipDeflater().compress(Self.sample(200)) + Array("garbage".utf8)
        #expect(Self.code { try GzipInflater().decompress(packed, limitBytes: Self.limitBytes) } == .corrupt)
    }

    @Test func `a stream works on after an error`() throws {
        let packed = try GzipDeflater().compress(Self.sample(200))
        let inflater = try GzipInflater()
        #expect(throws: GzipError.self) { try inflater.decompress([1, 2, 3, 4], limitBytes: 10) }
        #expect(throws: GzipError.self) { try inflater.decompress(Array(packed.dropLast(9)), limitBytes: 1000) }
        #expect(try inflater.decompress(packed, limitBytes: 1000) == Self.sample(200))
    }

    @Test(arguments: [UInt64(20_260_701), UInt64.random(in: 0...UInt64.max)])
    func `mutated input gives an error or bytes within the limit and never a trap`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let packed = try GzipDeflater().compress(Self.sample(300))
        let inflater = try GzipInflater()
        for step in 0..<20_000 {
            var bytes = packed
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) {
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            }
            guard let output = try? inflater.decompress(bytes, limitBytes: 1000) else { continue }
            #expect(output.count <= 1000, "seed \(seed), step \(step)")
        }
    }

    private static func code(_ body: () throws -> [UInt8]) -> GzipError.Code? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? GzipError)?.code
        }
    }
}
