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
}
