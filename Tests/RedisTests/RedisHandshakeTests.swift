import Testing

@testable import Redis

@Suite struct RedisHandshakeTests {
    @Test func `only what is configured is sent and then a ping`() {
        #expect(Self.text(RedisConfiguration()) == "*1\r\n$4\r\nPING\r\n")
        let full = RedisConfiguration(username: "u", password: "p", database: 3, clientName: "n")
        let expected: [RawCommand] = [
            RawCommand("AUTH", ["u", "p"]), RawCommand("SELECT", [3]), RawCommand("CLIENT", ["SETNAME", "n"]),
            RawCommand("PING"),
        ]
        #expect(RedisHandshake(full).bytes == RESPWriter.encode(expected))
        #expect(Self.text(RedisConfiguration(password: "p")).hasPrefix("*2\r\n$4\r\nAUTH\r\n$1\r\np\r\n"))
    }

    @Test func `it is finished after the last good reply`() {
        var handshake = RedisHandshake(RedisConfiguration(password: "p"))
        guard case .unfinished = handshake.received(.status("OK")) else { return #expect(Bool(false)) }
        guard case .finished = handshake.received(.status("PONG")) else { return #expect(Bool(false)) }
    }

    @Test(arguments: ["WRONGPASS invalid username-password pair", "ERR Client sent AUTH, but no password is set"])
    func `a bad password is a refusal that repeats the reason of the server`(text: String) {
        var handshake = RedisHandshake(RedisConfiguration(password: "p"))
        guard case .refused(let error) = handshake.received(.error(text)) else { return #expect(Bool(false)) }
        #expect(error.code == .handshakeRefused && error.message == "AUTH refused: \(text)" && !error.isRetryable)
    }

    @Test(arguments: [
        "LOADING Redis is loading the dataset in memory", "ERR max number of clients reached",
        "ERR Protocol error: invalid bulk length",
    ])
    func `a server that is not ready is tried again`(text: String) {
        var handshake = RedisHandshake(RedisConfiguration())
        guard case .failed(let error) = handshake.received(.error(text)) else { return #expect(Bool(false)) }
        #expect(error.isRetryable)
    }

    @Test func `a user without the right to ping is let in`() {
        var handshake = RedisHandshake(RedisConfiguration())
        guard case .finished = handshake.received(.error("NOPERM no")) else { return #expect(Bool(false)) }
        handshake = RedisHandshake(RedisConfiguration())
        guard case .refused = handshake.received(.error("NOAUTH Authentication required.")) else {
            return #expect(Bool(false))
        }
    }

    private static func text(_ configuration: RedisConfiguration) -> String {
        String(decoding: RedisHandshake(configuration).bytes, as: UTF8.self)
    }
}
