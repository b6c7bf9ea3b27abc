import Testing

@testable import Redis

@Suite struct SplitCommandTests {
    private func split(_ name: String, _ arguments: [RedisArgument]) throws -> SplitCommand {
        guard case .split(let split) = try CommandRoute(RawCommand(name, arguments)) else {
            throw RedisError(.invalidArgument, "not split")
        }
        return split
    }

    @Test func `values of MGET come back in the order of its keys`() throws {
        let split = try self.split("MGET", ["foo", "bar", "{foo}2", "hello", "{bar}2"])
        #expect(split.parts.map(\.command.arguments) == [["foo", "{foo}2"], ["bar", "{bar}2"], ["hello"]])
        let replies: [RedisValue] = [
            .array([.integer(0), .integer(2)]), .array([.integer(1), .null]), .array([.integer(3)]),
        ]
        #expect(split.merged(replies) == .array([.integer(0), .integer(1), .integer(2), .integer(3), .null]))
    }

    @Test func `each value of MSET stays with its key`() throws {
        let split = try self.split("MSET", ["foo", 1, "bar", 2, "foo", 3])
        #expect(split.parts.map(\.command.arguments) == [["foo", 1, "foo", 3], ["bar", 2]])
        #expect(split.merged([.status("OK"), .status("OK")]) == .status("OK"))
    }

    @Test(arguments: ["DEL", "UNLINK", "EXISTS", "TOUCH"])
    func `counts are added`(name: String) throws {
        let split = try self.split(name, ["foo", "bar"])
        #expect(split.merged([.integer(1), .integer(2)]) == .integer(3))
        #expect(split.merged([.integer(.max), .integer(1)]) != .null, "no trap")
    }

    @Test func `a failure after parts that wrote says that it may have been applied`() throws {
        let split = try self.split("DEL", ["foo", "bar", "hello"])
        let replies: [RedisValue] = [.integer(1), .error("OOM no memory"), .integer(0)]
        guard case .error(let text) = split.merged(replies) else { throw RedisError(.unexpectedReply, "no error") }
        #expect(text.contains("2 of 3 parts of DEL") && text.contains("OOM no memory"))
        #expect(RedisError.server(text).mayHaveBeenApplied)
    }

    @Test func `a failure without any part that wrote is the server's own`() throws {
        let error = RedisValue.error("OOM no memory")
        #expect(try self.split("MSET", ["foo", 1, "bar", 2]).merged([error, error]) == error)
        #expect(try self.split("MGET", ["foo", "bar"]).merged([.array([.null]), error]) == error)
    }

    @Test func `replies of other types become an error and no trap`() throws {
        let mget = try self.split("MGET", ["foo", "bar"])
        for replies: [RedisValue] in [[.array([]), .array([.null])], [.null, .null], [.array([.null]), .integer(1)]] {
            #expect(mget.merged(replies) == ReplyMerge.mismatch)
        }
        #expect(try self.split("DEL", ["foo", "bar"]).merged([.null, .integer(1)]) == ReplyMerge.mismatch)
    }

    @Test func `replies of all masters become one`() {
        #expect(ReplyMerge.sum.merged([.integer(2), .integer(3)]) == .integer(5))
        #expect(ReplyMerge.first.merged([.status("OK"), .status("OK")]) == .status("OK"))
        let arrays: [RedisValue] = [.array([.integer(1), .integer(1)]), .array([.integer(1), .integer(0)])]
        #expect(
            ReplyMerge.concatenation.merged(arrays) == .array([.integer(1), .integer(1), .integer(1), .integer(0)])
        )
        #expect(ReplyMerge.conjunction.merged(arrays) == .array([.integer(1), .integer(0)]))
        for merge in [ReplyMerge.sum, .first, .concatenation, .conjunction] {
            #expect(merge.merged([]) != .status("OK"))
        }
        #expect(ReplyMerge.conjunction.merged([.array([]), .array([.null])]) == ReplyMerge.mismatch)
    }
}
