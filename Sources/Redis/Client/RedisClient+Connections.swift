public import ServerRuntime

extension RedisClient {
    /// Calls `body` with a connection that nobody else uses meanwhile.
    ///
    /// For `WATCH` before a transaction, and for several blocking commands in a row; what is sent by
    /// `send`, `pipeline` and `transaction` of the client needs none. When all `leasedConnectionsMax` connections are
    /// taken, the call waits its turn. A connection on which something is left (watched keys, a call without its reply) is
    /// closed afterwards, any other is kept for the next.
    ///
    /// - Parameters:
    ///   - key: a key of the server that is meant, in a cluster; `nil` for any server.
    ///   - deadline: when to give up waiting for a connection; `commandTimeout` from now without one.
    ///   - body: what to do with the connection, which must not be used afterwards.
    /// - Returns: what `body` returns.
    /// - Throws: `.deadlineExceeded`, `.cancelled`, `.queueFull` and `.closed` without a call of `body`, and what `body`
    ///   throws.
    public func withConnection<Result: Sendable>(
        for key: String? = nil,
        deadline: Deadline? = nil,
        _ body: (RedisConnection) async throws -> Result
    ) async throws -> Result {
        let commands = key.map { [RawCommand("GET", [.string($0)])] } ?? []
        let deadline = self.resolve(deadline)
        let leases = try await self.route.node(for: commands, deadline: deadline).leases
        let connection = try await leases.take(deadline: deadline)
        let lease = RedisConnection(connection, commandTimeout: self.configuration.commandTimeout)
        defer { leases.giveBack(connection, isClean: lease.isClean) }
        return try await body(lease)
    }

    /// Sends commands that need a connection of their own.
    func performAlone(_ commands: [RawCommand], _ deadline: Deadline?) async throws(RedisError) -> [RedisValue] {
        try Self.checkNothingIsLeft(behind: commands)
        let deadline = deadline ?? self.defaultDeadline(of: commands)
        let leases = try await self.route.node(for: commands, deadline: deadline).leases
        let connection = try await leases.take(deadline: deadline)
        let lease = RedisConnection(connection, commandTimeout: self.configuration.commandTimeout)
        defer { leases.giveBack(connection, isClean: lease.isClean) }
        return try await lease.sendRaw(pipeline: commands, deadline: deadline)
    }

    /// Throws when the commands make sense only together with later ones, which may go over another connection.
    private static func checkNothingIsLeft(behind commands: [RawCommand]) throws(RedisError) {
        var hygiene = ConnectionHygiene()
        for command in commands {
            hygiene.sent(command.name)
            hygiene.answered(command.name)
        }
        let name = commands.first { !$0.isBlocking && $0.connectionNeeds != .shared }?.name.uppercased()
        guard let name, !hygiene.isClean || commands.count == 1 else { return }
        throw RedisError(.invalidArgument, "\(name) affects later commands: use withConnection")
    }

    private func defaultDeadline(of commands: [RawCommand]) -> Deadline {
        .after(commands.reduce(self.configuration.commandTimeout) { $0 + ($1.blockingTimeout ?? .zero) })
    }
}

extension RedisCommand {
    fileprivate var isBlocking: Bool { self.blockingTimeout != nil }
}
