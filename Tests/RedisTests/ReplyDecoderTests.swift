import Testing

@testable import Redis

@Suite struct ReplyDecoderTests {
    static let samples: [(text: String, value: RedisValue)] = [
        ("+OK\r\n", .status("OK")),
        ("-ERR no\r\n", .error("ERR no")),
        (":-42\r\n", .integer(-42)),
        (":9223372036854775807\r\n", .integer(.max)),
        ("$0\r\n\r\n", .string([])),
        ("$4\r\na\r\nb\r\n", .string([97, 13, 10, 98])),
        ("$-1\r\n", .null),
        ("*-1\r\n", .null),
        ("*0\r\n", .array([])),
        ("*2\r\n*0\r\n*-1\r\n", .array([.array([]), .null])),
        (
            "*3\r\n:1\r\n*2\r\n$1\r\na\r\n-WRONGTYPE x\r\n+s\r\n",
            .array([.integer(1), .array([.string([97]), .error("WRONGTYPE x")]), .status("s")])
        ),
    ]

    @Test(arguments: samples.indices) func `each kind of reply becomes its value`(index: Int) throws {
        let sample = Self.samples[index]
        #expect(try Self.decode(sample.text) == [sample.value])
    }

    @Test func `replies that come byte by byte are put together`() throws {
        let text = Self.samples.map(\.text).joined()
        #expect(try Self.decode(text, portion: 1) == Self.samples.map(\.value))
    }

    @Test(arguments: [
        "!\r\n", "%1\r\n", "$x\r\n", ":1a\r\n", "$-2\r\n", "*-2\r\n", "*4294967296\r\n", "*1\r\n*1\r\n?\r\n",
    ])
    func `bytes that are not RESP2 are a protocol error`(text: String) {
        let error = #expect(throws: RedisError.self) { try Self.decode(text) }
        #expect(error?.code == .protocolViolation)
    }

    @Test func `eight levels of arrays are refused`() {
        let error = #expect(throws: RedisError.self) {
            try Self.decode(String(repeating: "*1\r\n", count: 10) + ":1\r\n")
        }
        #expect(error?.code == .protocolViolation)
    }

    @Test func `an announced length takes no memory before its elements come`() throws {
        #expect(try Self.decode("*2147483647\r\n:1\r\n") == [])
    }

    @Test func `a reply longer than the limit is refused before it is complete`() throws {
        let decoder = try ReplyDecoder(replyBytesMax: 100)
        try Self.feed(decoder, Array("$1000\r\n".utf8) + [UInt8](repeating: 0, count: 80))
        #expect(try decoder.next() == nil)
        try Self.feed(decoder, [UInt8](repeating: 0, count: 20))
        #expect(throws: RedisError.self) { try decoder.next() }
    }

    @Test func `many short replies are not counted together against the limit`() throws {
        let decoder = try ReplyDecoder(replyBytesMax: 64)
        try Self.feed(decoder, Array(String(repeating: ":1\r\n", count: 100).utf8))
        for _ in 0..<100 { #expect(try decoder.next() == .integer(1)) }
        #expect(try decoder.next() == nil)
    }

    static func decode(_ text: String, portion: Int = .max) throws -> [RedisValue] {
        try self.decode(Array(text.utf8), portion: portion)
    }

    static func decode(_ bytes: [UInt8], portion: Int) throws -> [RedisValue] {
        let decoder = try ReplyDecoder(replyBytesMax: 1 << 20)
        var values: [RedisValue] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            try self.feed(decoder, Array(rest.prefix(portion)))
            rest = rest.dropFirst(portion)
            while let value = try decoder.next() { values.append(value) }
        }
        return values
    }

    private static func feed(_ decoder: ReplyDecoder, _ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try decoder.feed($0) }
    }
}
