import Testing

@testable import Redis

@Suite struct RedisTransactionTests {
    private let transaction = RedisTransaction([RawCommand("GET", ["a"]), RawCommand("HGETX", ["secret"])])
    private let queued = RedisValue.status("QUEUED")

    @Test func `the results are those of the last reply`() throws {
        let replies: [RedisValue] = [.status("OK"), self.queued, self.queued, .array([.null, .error("ERR no")])]
        #expect(try self.transaction.results(replies) == [.null, .error("ERR no")])
    }

    @Test func `an aborted transaction names the command that was refused and did nothing`() {
        let error = self.error([
            .status("OK"), self.queued, .error("ERR unknown command 'HGETX', with args beginning with: 'secret' "),
            .error("EXECABORT Transaction discarded because of previous errors."),
        ])
        #expect(error?.serverErrorName == "EXECABORT" && error?.mayHaveBeenApplied == false)
        #expect(error?.message.hasSuffix("HGETX was refused: ERR unknown command 'HGETX'") == true)
        #expect((error?.cause as? RedisError)?.serverErrorName == "ERR")
        #expect("\(error as Any)".contains("secret") == false)
    }

    @Test func `a watched key that changed is a conflict of its own`() {
        let error = self.error([.status("OK"), self.queued, self.queued, .null])
        #expect(error?.code == .transactionConflict && error?.mayHaveBeenApplied == false)
    }

    @Test func `without a beginning each command stood alone`() {
        let refused = RedisValue.error("LOADING wait")
        #expect(self.error([refused, refused, refused, refused])?.mayHaveBeenApplied == false)
        let partly = self.error([.error("NOPERM multi"), .null, refused, .error("ERR EXEC without MULTI")])
        #expect(partly?.serverErrorName == "NOPERM" && partly?.mayHaveBeenApplied == true)
    }

    @Test(arguments: [
        [RedisValue.status("OK")], [],
        [.status("OK"), .status("QUEUED"), .status("QUEUED"), .array([.null])],
        [.status("OK"), .status("QUEUED"), .status("QUEUED"), .status("QUEUED")],
    ])
    func `replies that do not fit are an error and no trap`(replies: [RedisValue]) {
        #expect(self.error(replies) != nil)
    }

    private func error(_ replies: [RedisValue]) -> RedisError? {
        RedisReplyTests.error { () throws(RedisError) in try self.transaction.results(replies) }
    }
}
