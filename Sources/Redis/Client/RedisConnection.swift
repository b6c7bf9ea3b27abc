public import ServerRuntime
import Synchronization

/// A connection that belongs to one user for a while, from `RedisClient.withConnection`.
///
/// Here commands may block, and `WATCH` may go before a transaction:
///
///     try await redis.withConnection(for: "stock") { connection in
///         while true {
///             try await connection.watch(["stock"])
///             let stock = try await connection.send(.get("stock", as: Int.self)) ?? 0
///             do {
///                 _ = try await connection.transaction(.set("stock", .init(stock - 1)))
///                 return
///             } catch let error as RedisError where error.code == .transactionConflict {
///                 continue
///             }
///         }
///     }
///
/// It does not reconnect: when it is lost all further calls fail. Several tasks may use it; what one of them sends
/// while another one's command blocks is answered afterwards. In a cluster it reaches the keys of one server only.
public final class RedisConnection: RedisCommandRunner {
    private let connection: NodeConnection
    private let commandTimeout: Duration
    private let hygiene = Mutex(ConnectionHygiene())

    init(_ connection: NodeConnection, commandTimeout: Duration) {
        self.connection = connection
        self.commandTimeout = commandTimeout
    }

    /// Lets the next transaction fail with `.transactionConflict` if one of `keys` changes until then.
    ///
    /// - Parameters:
    ///   - keys: the keys, in a cluster all of one slot.
    ///   - deadline: when to give up; `commandTimeout` from now without one.
    /// - Throws: the codes of `RedisError`.
    public func watch(_ keys: [String], deadline: Deadline? = nil) async throws(RedisError) {
        let command = RedisCommand("WATCH", keys.map(RedisArgument.string), as: RedisOK.self)
        _ = try await self.send(command, deadline: deadline)
    }

    /// Forgets all watched keys.
    ///
    /// - Parameter deadline: when to give up; `commandTimeout` from now without one.
    /// - Throws: the codes of `RedisError`.
    public func unwatch(deadline: Deadline? = nil) async throws(RedisError) {
        _ = try await self.send(RedisCommand("UNWATCH", as: RedisOK.self), deadline: deadline)
    }

    /// Sends a command, which may block, and waits for its reply.
    ///
    /// - Parameters:
    ///   - command: the command.
    ///   - deadline: when to give up; without one `commandTimeout` from now, and the command's own time-out on top.
    /// - Returns: the decoded reply.
    /// - Throws: `.server` for an error reply, `.unexpectedReply` for one that does not decode, `.connectionLost` also
    ///   when the connection was lost before, and the other codes of `RedisError`.
    @discardableResult
    public func send<Reply>(
        _ command: RedisCommand<Reply>,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> Reply {
        try Reply(reply: try await self.perform(command.raw, deadline))
    }

    /// Sends commands one right after the other and waits for all replies.
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
        let deadline = deadline ?? commands.defaultDeadline(self.commandTimeout)
        for command in commands { try command.checkIsAllowed() }
        self.hygiene.withLock { hygiene in for command in commands { hygiene.sent(command.name) } }
        do throws(RedisError) {
            let replies = try await self.connection.perform(commands, deadline: deadline)
            self.hygiene.withLock { hygiene in for command in commands { hygiene.answered(command.name) } }
            return replies
        } catch {
            self.hygiene.withLock { $0.failed() }
            throw error
        }
    }

    /// The deadline of a call: the given one, else `commandTimeout` from now.
    public func resolve(_ deadline: Deadline?) -> Deadline {
        deadline ?? .after(self.commandTimeout)
    }

    /// Whether nothing of this use is left on the connection.
    var isClean: Bool { self.hygiene.withLock { $0.isClean } }

    private func perform(_ command: RawCommand, _ deadline: Deadline?) async throws(RedisError) -> RedisValue {
        let replies = try await self.sendRaw(pipeline: [command], deadline: deadline)
        guard let reply = replies.first else {
            throw RedisError(.protocolViolation, "no reply", mayHaveBeenApplied: true)
        }
        return reply
    }
}
