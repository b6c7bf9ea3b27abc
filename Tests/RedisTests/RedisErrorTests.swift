import Testing

@testable import Redis

@Suite struct RedisErrorTests {
    @Test(arguments: [
        ("LOADING x", true, false), ("READONLY x", true, false), ("WRONGTYPE x", false, false), ("ERR x", false, true),
        ("WRONGTYPE x script: 12ab, on @user_script:1.", false, true), ("NOSCRIPT x", false, false),
        ("ERR max number of clients reached", true, true),
    ])
    func `the text of an error reply tells what may be done`(text: String, isRetryable: Bool, mayHaveBeenApplied: Bool)
    {
        let error = RedisError.server(text)
        #expect(error.isRetryable == isRetryable)
        #expect(error.mayHaveBeenApplied == mayHaveBeenApplied)
    }

    @Test func `arguments that the server repeats are left out`() {
        let error = RedisError.server("ERR unknown command 'X', with args beginning with: 'secret' ")
        #expect(error.message == "ERR unknown command 'X'" && !"\(error)".contains("secret"))
        #expect(error.serverErrorName == "ERR")
    }

    @Test func `a long text is cut`() {
        #expect(RedisError.server("ERR " + String(repeating: "x", count: 9_000)).message.count < 600)
    }

    @Test func `values are read as what they are or not at all`() throws {
        #expect(try RedisValue.string(Array("-7".utf8)).asInteger() == -7)
        #expect(try RedisValue.null.asIntegerOrNil() == nil)
        #expect(try RedisValue.status("OK").asText() == "OK")
        #expect(try RedisValue.integer(1).asBool())
        let fields = RedisValue.array([.string([97]), .string([1]), .string([98]), .string([2])])
        #expect(try fields.asFields() == ["a": [1], "b": [2]])
        #expect(throws: RedisError.self) { try RedisValue.array([.null]).asFields() }
        #expect(throws: RedisError.self) { try RedisValue.string([255]).asText() }
        let mismatch = #expect(throws: RedisError.self) { try RedisValue.string([1, 2]).asArray() }
        #expect(mismatch?.code == .unexpectedReply)
        #expect(mismatch?.message == "expected array, got string of 2 bytes")
        let server = #expect(throws: RedisError.self) { try RedisValue.error("WRONGTYPE x").asArray() }
        #expect(server?.code == .server)
    }
}
