public import ServerRuntime

extension RedisCommandRunner {
    /// Sends commands of one kind back to back and waits for all replies.
    ///
    /// - Parameters:
    ///   - commands: the commands; none gives no results.
    ///   - deadline: when to give up; a default of the runner without one.
    /// - Returns: a result for each command, in their order; an error reply, or one that does not decode, fails only its
    ///   own.
    /// - Throws: what concerns all, as `.connectionLost` and `.deadlineExceeded`.
    @inlinable
    public func send<Reply>(
        pipeline commands: [RedisCommand<Reply>],
        deadline: Deadline? = nil
    ) async throws(RedisError) -> [Result<Reply, RedisError>] {
        guard !commands.isEmpty else { return [] }
        let replies = try await self.replies(to: commands.map(\.raw), deadline)
        return replies.map { $0.result() }
    }

    /// Sends commands of any kinds back to back and waits for all replies.
    ///
    ///     let (name, visits) = try await redis.pipeline(.get("name"), .incr("visits"))
    ///     print(try name.get() ?? "nobody", try visits.get())
    ///
    /// - Parameters:
    ///   - commands: the commands.
    ///   - deadline: when to give up; a default of the runner without one.
    /// - Returns: a result for each command, in their order; an error reply, or one that does not decode, fails only its
    ///   own.
    /// - Throws: what concerns all, as `.connectionLost` and `.deadlineExceeded`.
    @_disfavoredOverload
    public func pipeline<each Reply>(
        _ commands: repeat RedisCommand<each Reply>,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> (repeat Result<each Reply, RedisError>) {
        try await self.exchange(repeat each commands, deadline: deadline)
    }

    /// What all forms of `pipeline` do.
    func exchange<each Reply>(
        _ commands: repeat RedisCommand<each Reply>,
        deadline: Deadline?
    ) async throws(RedisError) -> (repeat Result<each Reply, RedisError>) {
        var raw: [RawCommand] = []
        for command in repeat each commands { raw.append(command.raw) }
        var replies = ReplyCursor(try await self.replies(to: raw, deadline))
        return (repeat replies.next(for: each commands))
    }

    /// One reply for each command.
    @usableFromInline
    func replies(to commands: [RawCommand], _ deadline: Deadline?) async throws(RedisError) -> [RedisValue] {
        let replies = try await self.sendRaw(pipeline: commands, deadline: deadline)
        guard replies.count == commands.count else {
            let text = "\(replies.count) replies for \(commands.count) commands"
            throw RedisError(.protocolViolation, text, mayHaveBeenApplied: true)
        }
        return replies
    }
}
