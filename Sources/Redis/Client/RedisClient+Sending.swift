public import ServerRuntime

extension RedisClient: RedisCommandRunner {
    /// Sends a command and waits for its reply.
    ///
    /// A command that blocks (`BLPOP`) is sent over a connection of its own.
    ///
    /// - Parameters:
    ///   - command: the command.
    ///   - deadline: when to give up; without one `commandTimeout` from now, and a blocking command's own time-out on top.
    /// - Returns: the decoded reply.
    /// - Throws: `.server` for an error reply, `.unexpectedReply` for one that does not decode, and the other codes of
    ///   `RedisError`.
    @discardableResult
    @inlinable
    public nonisolated(nonsending) func send<Reply>(
        _ command: RedisCommand<Reply>,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> Reply {
        // Inlined, so that only the caller's module meets the generic types: they cost more than all else here.
        try Reply(reply: try await self.reply(to: command.raw, deadline))
    }

    /// Sends commands one right after the other and waits for all replies.
    ///
    /// No command of another task comes between those that go to the same server. If one of them blocks, all go over a
    /// connection of their own.
    ///
    /// - Parameters:
    ///   - commands: the commands; none gives no replies.
    ///   - deadline: when to give up; without one `commandTimeout` from now, and the commands' own time-outs on top.
    /// - Returns: a reply for each command; error replies are `.error` elements.
    /// - Throws: the codes of `RedisError` but `.server` and `.unexpectedReply`.
    public func sendRaw(
        pipeline commands: [RedisCommand<RedisValue>],
        deadline: Deadline? = nil
    ) async throws(RedisError) -> [RedisValue] {
        guard !commands.isEmpty else { return [] }
        switch commands.pipelineNeeds() {
        case .shared:
            let deadline = try self.check(deadline)
            guard let tracer = self.tracer else { return try await self.route.perform(commands, deadline: deadline) }
            return try await self.traced(tracer, "PIPELINE", commandCount: commands.count) {
                () async throws(RedisError) -> [RedisValue] in
                try await self.route.perform(commands, deadline: deadline)
            }
        case .refused(let reason):
            // Classified once for the usual case; only here the name is looked for.
            for command in commands { try command.checkIsAllowed() }
            throw RedisError(.invalidArgument, reason)
        case .dedicated:
            guard let tracer = self.tracer else { return try await self.performAlone(commands, deadline) }
            let name = commands.count == 1 ? commands[0].name : "PIPELINE"
            return try await self.traced(tracer, name, commandCount: commands.count) {
                () async throws(RedisError) -> [RedisValue] in
                try await self.performAlone(commands, deadline)
            }
        }
    }

    /// The deadline of a call: the given one, else `commandTimeout` from now.
    public func resolve(_ deadline: Deadline?) -> Deadline {
        deadline ?? .after(self.configuration.commandTimeout)
    }

    @usableFromInline
    nonisolated(nonsending) func reply(
        to command: RedisCommand<RedisValue>,
        _ deadline: Deadline?
    ) async throws(RedisError) -> RedisValue {
        // The short way, without the frames of the other one: see `NodeConnection.call`.
        if let node = self.singleNode, case .shared = command.connectionNeeds {
            return try await node.shared.outcome(of: command, deadline: try self.check(deadline)).reply()
        }
        return try await self.replyByRoute(to: command, deadline)
    }

    private nonisolated(nonsending) func replyByRoute(
        to command: RawCommand,
        _ deadline: Deadline?
    ) async throws(RedisError) -> RedisValue {
        guard case .shared = command.connectionNeeds else {
            let replies = try await self.sendRaw(pipeline: [command], deadline: deadline)
            guard let reply = replies.first else { throw RedisError(.protocolViolation, "no reply") }
            return reply
        }
        let deadline = try self.check(deadline)
        guard let tracer = self.tracer else { return try await self.route.perform(command, deadline: deadline) }
        return try await self.traced(tracer, command.name, commandCount: 1) {
            () async throws(RedisError) -> RedisValue in
            try await self.route.perform(command, deadline: deadline)
        }
    }

    private func check(_ deadline: Deadline?) throws(RedisError) -> Deadline {
        guard let deadline else { return .after(self.configuration.commandTimeout) }
        guard !deadline.hasPassed else {
            throw RedisError(.deadlineExceeded, "the deadline had passed before the call")
        }
        return deadline
    }
}

extension RedisCommand {
    /// Throws when the command can be sent on no connection of this client.
    func checkIsAllowed() throws(RedisError) {
        guard !self.name.isEmpty else { throw RedisError(.invalidArgument, "a command needs a name") }
        if case .refused(let reason) = self.connectionNeeds {
            throw RedisError(.invalidArgument, "\(self.name.uppercased()) is not allowed: \(reason)")
        }
    }
}
