import Testing

@testable import Redis

@Suite struct RESPWriterTests {
    @Test func `a command is an array of bulk strings`() {
        let bytes = RESPWriter.encode([RedisCommand("SET", ["key", .bytes([0x62, 0x61]), -12])])
        #expect(String(decoding: bytes, as: UTF8.self) == "*4\r\n$3\r\nSET\r\n$3\r\nkey\r\n$2\r\nba\r\n$3\r\n-12\r\n")
    }

    @Test func `any bytes are written as they are`() {
        let value: [UInt8] = [0, 13, 10, 255, 36, 42]
        let bytes = RESPWriter.encode([RedisCommand("ECHO", [.bytes(value)])])
        #expect(bytes == Array("*2\r\n$4\r\nECHO\r\n$6\r\n".utf8) + value + [13, 10])
    }

    @Test func `lengths count bytes and not characters`() {
        let bytes = RESPWriter.encode([RedisCommand("ECHO", ["ä€"])])
        #expect(bytes == Array("*2\r\n$4\r\nECHO\r\n$5\r\nä€\r\n".utf8))
    }

    @Test(arguments: [0, 1, 9, 10, 99, 100, 12_345, 100_000]) func `a length has all its digits`(count: Int) {
        let bytes = RESPWriter.encode([RedisCommand("E", [.bytes([UInt8](repeating: 7, count: count))])])
        #expect(bytes.starts(with: Array("*2\r\n$1\r\nE\r\n$\(count)\r\n".utf8)))
        #expect(bytes.count == 11 + "$\(count)\r\n".utf8.count + count + 2)
    }

    @Test func `the largest numbers keep their value`() {
        let bytes = RESPWriter.encode([RedisCommand("E", [.init(UInt64.max), .init(Int64.min)])])
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("$20\r\n18446744073709551615\r\n") && text.contains("$20\r\n-9223372036854775808\r\n"))
    }

    @Test func `a pipeline is its commands one after the other`() {
        let commands: [RawCommand] = [
            RedisCommand.ping.raw, RedisCommand.get("k").raw,
            RedisCommand.set("k", 1, expiry: .after(.milliseconds(1500))).raw,
        ]
        #expect(RESPWriter.encode(commands) == commands.flatMap { RESPWriter.encode([$0]) })
        #expect(String(decoding: RESPWriter.encode(commands), as: UTF8.self).hasSuffix("$2\r\nPX\r\n$4\r\n1500\r\n"))
    }
}
