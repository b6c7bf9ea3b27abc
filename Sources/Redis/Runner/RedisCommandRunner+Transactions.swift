public import ServerRuntime

extension RedisCommandRunner {
    /// Carries out commands of any kinds as one transaction: all together, with nothing of others between them.
    ///
    ///     let (left, total) = try await redis.transaction(.decr("left"), .incr("total"))
    ///
    /// `MULTI`, the commands and `EXEC` go out at once. There is no rollback: when a command fails while it is carried
    /// out (`WRONGTYPE`), the others have taken effect all the same, and only its own result is a failure.
    ///
    /// - Parameters:
    ///   - commands: the commands, in a cluster all for keys of one slot.
    ///   - deadline: when to give up; a default of the runner without one.
    /// - Returns: a result for each command, in their order.
    /// - Throws: `.server` with the name `EXECABORT` when the server refused a command beforehand, in which case nothing
    ///   was carried out and `cause` says why; `.transactionConflict` when a watched key had changed, which can happen
    ///   only on a connection that has sent `WATCH`; and what concerns the connection.
    @_disfavoredOverload
    public func transaction<each Reply>(
        _ commands: repeat RedisCommand<each Reply>,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> (repeat Result<each Reply, RedisError>) {
        try await self.execute(repeat each commands, deadline: deadline)
    }

    /// What all forms of `transaction` do.
    func execute<each Reply>(
        _ commands: repeat RedisCommand<each Reply>,
        deadline: Deadline?
    ) async throws(RedisError) -> (repeat Result<each Reply, RedisError>) {
        var raw: [RawCommand] = []
        for command in repeat each commands { raw.append(command.raw) }
        var results = ReplyCursor(try await self.execute(RedisTransaction(raw), deadline))
        return (repeat results.next(for: each commands))
    }

    /// Carries out commands of one kind as one transaction.
    ///
    /// - Parameters:
    ///   - commands: the commands, in a cluster all for keys of one slot; none sends nothing.
    ///   - deadline: when to give up; a default of the runner without one.
    /// - Returns: a result for each command, in their order.
    /// - Throws: as `transaction(_:deadline:)`.
    public func transaction<Reply>(
        commands: [RedisCommand<Reply>],
        deadline: Deadline? = nil
    ) async throws(RedisError) -> [Result<Reply, RedisError>] {
        guard !commands.isEmpty else { return [] }
        let results = try await self.execute(RedisTransaction(commands.map(\.raw)), deadline)
        return results.map { $0.result() }
    }

    private func execute(
        _ transaction: RedisTransaction,
        _ deadline: Deadline?
    ) async throws(RedisError) -> [RedisValue] {
        try transaction.results(try await self.sendRaw(pipeline: transaction.pipeline, deadline: deadline))
    }
}
