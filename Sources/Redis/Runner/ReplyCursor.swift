/// Hands out the replies of a pipeline one by one, each to the command it belongs to.
struct ReplyCursor {
    private var replies: IndexingIterator<[RedisValue]>

    init(_ replies: [RedisValue]) {
        self.replies = replies.makeIterator()
    }

    /// The next reply, decoded for `command`.
    mutating func next<Reply>(for command: RedisCommand<Reply>) -> Result<Reply, RedisError> {
        guard let reply = self.replies.next() else {
            return .failure(RedisError(.protocolViolation, "no reply", mayHaveBeenApplied: true))
        }
        return reply.result()
    }
}

extension RedisValue {
    /// The decoded reply, or why it is none.
    @inlinable
    func result<Reply: RedisReply>() -> Result<Reply, RedisError> {
        do throws(RedisError) {
            return .success(try Reply(reply: self))
        } catch {
            return .failure(error)
        }
    }
}
