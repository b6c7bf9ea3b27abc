public import ServerRuntime

/// What commands can be sent over: a client, or a connection that was leased from it.
///
/// A conforming type gives two ways to send; pipelines of typed commands, transactions, scripts and the short forms of
/// the commonest commands come from extensions.
public protocol RedisCommandRunner: Sendable {
    /// Sends a command and waits for its reply.
    ///
    /// - Parameters:
    ///   - command: the command.
    ///   - deadline: when to give up; a default of the runner when `nil`.
    /// - Returns: the decoded reply.
    /// - Throws: `.server` for an error reply, `.unexpectedReply` for one that does not decode, and the other codes of
    ///   `RedisError`.
    @discardableResult
    func send<Reply>(_ command: RedisCommand<Reply>, deadline: Deadline?) async throws(RedisError) -> Reply

    /// Sends commands one right after the other and waits for all replies.
    ///
    /// No command of another task comes between those that go to the same server.
    ///
    /// - Parameters:
    ///   - commands: the commands; none gives no replies.
    ///   - deadline: when to give up; a default of the runner when `nil`.
    /// - Returns: a reply for each command; error replies are `.error` elements.
    /// - Throws: the codes of `RedisError` but `.server` and `.unexpectedReply`.
    func sendRaw(
        pipeline commands: [RedisCommand<RedisValue>],
        deadline: Deadline?
    ) async throws(RedisError) -> [RedisValue]

    /// The deadline of a call: the given one, else the runner's default, from now.
    ///
    /// What sends twice asks for it once, so that both share one budget.
    func resolve(_ deadline: Deadline?) -> Deadline
}

extension RedisCommandRunner {
    /// Sends a command and waits for its reply, with the default deadline.
    ///
    /// - Parameter command: the command.
    /// - Returns: the decoded reply.
    /// - Throws: as `send(_:deadline:)`.
    @discardableResult
    @inlinable
    public func send<Reply>(_ command: RedisCommand<Reply>) async throws(RedisError) -> Reply {
        try await self.send(command, deadline: nil)
    }
}
