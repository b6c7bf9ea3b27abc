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
        let (node, connection) = try await self.lease(for: commands, deadline: self.resolve(deadline))
        let lease = RedisConnection(connection, commandTimeout: self.configuration.commandTimeout)
        defer { node.leases.giveBack(connection, isClean: lease.isClean) }
        return try await body(lease)
    }

    /// Sends commands that need a connection of their own.
    ///
    /// As long as no server begins with them (it is down, or not the right one any more) they are sent again, until the
    /// deadline.
    func performAlone(_ commands: [RawCommand], _ deadline: Deadline?) async throws(RedisError) -> [RedisValue] {
        try Self.checkNothingIsLeft(behind: commands)
        let deadline = deadline ?? commands.defaultDeadline(self.configuration.commandTimeout)
        var attempt = 0
        while true {
            let (node, connection) = try await self.lease(for: commands, deadline: deadline)
            let lease = RedisConnection(connection, commandTimeout: self.configuration.commandTimeout)
            let replies: [RedisValue]
            do throws(RedisError) {
                replies = try await lease.sendRaw(pipeline: commands, deadline: deadline)
                node.leases.giveBack(connection, isClean: lease.isClean)
            } catch {
                node.leases.giveBack(connection, isClean: lease.isClean)
                throw error
            }
            guard let refusal = Self.refusal(of: replies) else { return replies }
            self.route.noteRefusal(refusal, by: node.address)
            attempt += 1
            let delay = self.configuration.reconnect.delay(attempt: attempt)
            guard Deadline.now + delay < deadline else { return replies }
            try await Self.pause(delay)
        }
    }

    /// Takes a connection that stands; waits for the server while it cannot be reached.
    private func lease(
        for commands: [RawCommand],
        deadline: Deadline
    ) async throws(RedisError) -> (RedisNode, NodeConnection) {
        var attempt = 0
        while true {
            let node = try await self.route.node(for: commands, deadline: deadline)
            let connection = try await node.leases.take(deadline: deadline)
            guard !connection.isReady else { return (node, connection) }
            do throws(RedisError) {
                // Whatever it answers, the connection stands.
                _ = try await connection.perform(RawCommand("PING"), deadline: deadline)
                return (node, connection)
            } catch {
                node.leases.giveBack(connection, isClean: false)
                guard error.code == .connectionLost else { throw error }
                self.route.noteUnreachable(node.address)
                attempt += 1
                let delay = self.configuration.reconnect.delay(attempt: attempt)
                guard Deadline.now + delay < deadline else {
                    throw RedisError(.deadlineExceeded, "no connection to \(node.address) in time", cause: error)
                }
                try await Self.pause(delay)
            }
        }
    }

    private static func pause(_ delay: Duration) async throws(RedisError) {
        do {
            try await Task.sleep(for: delay, clock: .continuous)
        } catch {
            throw RedisError(.cancelled, "the waiting task was cancelled")
        }
    }

    /// Why the server did not begin with any of the commands, if so.
    private static func refusal(of replies: [RedisValue]) -> String? {
        var refusal: String?
        for reply in replies {
            guard case .error(let text) = reply, RedisServerErrorText.isRefusedForNow(text) else { return nil }
            refusal = refusal ?? text
        }
        return refusal
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
}

extension RedisCommand {
    fileprivate var isBlocking: Bool { self.blockingTimeout != nil }
}

extension [RawCommand] {
    /// The deadline of a call without one: `timeout` from now, and what the commands themselves may block on top.
    func defaultDeadline(_ timeout: Duration) -> Deadline {
        .after(self.reduce(timeout) { $0 + ($1.blockingTimeout ?? .zero) })
    }
}
