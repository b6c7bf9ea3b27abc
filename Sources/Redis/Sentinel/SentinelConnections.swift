import ServerRuntime
import Synchronization

/// The connections to the sentinels.
///
/// One to each sentinel that was asked is kept; `SentinelOptions.sentinelsMax` bounds how many those are.
final class SentinelConnections: SentinelAccess {
    private let settings: ConnectionSettings
    private let connections = Mutex<[RedisEndpoint: NodeConnection]>([:])

    /// - Parameter settings: user, password and TLS of the sentinels.
    init(_ settings: ConnectionSettings) {
        self.settings = settings
    }

    func ask(
        _ sentinel: RedisEndpoint,
        _ commands: [RawCommand],
        deadline: Deadline
    ) async throws(RedisError) -> [RedisValue] {
        let connection = self.connection(to: sentinel)
        do throws(RedisError) {
            return try await connection.perform(commands, deadline: deadline)
        } catch {
            // The next question begins anew, with a connection of which nothing is overdue.
            connection.close(error)
            throw error
        }
    }

    func watch(
        _ sentinel: RedisEndpoint,
        channel: String,
        _ notice: @escaping @Sendable (RedisSubscriptionEvent) -> Void
    ) async throws(RedisError) {
        let watch = SentinelWatch(channel: channel, notice: notice)
        let connection = NodeConnection(to: sentinel, mode: .subscriber(watch), settings: self.settings)
        connection.open()
        let error = await watch.end()
        connection.close(error)
        throw error
    }

    /// Closes all connections.
    func close() {
        let connections = self.connections.withLock { connections in
            defer { connections = [:] }
            return connections.values
        }
        for connection in connections { connection.close(RedisError(.closed, "the client is closed")) }
    }

    private func connection(to sentinel: RedisEndpoint) -> NodeConnection {
        let new = NodeConnection(to: sentinel, mode: .exclusive, settings: self.settings)
        let (connection, isNew) = self.connections.withLock { connections in
            if let known = connections[sentinel], known.load.isOpen { return (known, false) }
            connections[sentinel] = new
            return (new, true)
        }
        if isNew { connection.open() }
        return connection
    }
}

/// Listens to one channel of one sentinel until the connection is lost.
private final class SentinelWatch: SubscriberHandler {
    private enum State {
        case running
        case waiting(CheckedContinuation<RedisError, Never>)
        case ended(RedisError)
    }

    private let channel: String
    private let notice: @Sendable (RedisSubscriptionEvent) -> Void
    private let state = Mutex(State.running)

    init(channel: String, notice: @escaping @Sendable (RedisSubscriptionEvent) -> Void) {
        self.channel = channel
        self.notice = notice
    }

    /// Waits for the loss of the connection, or the cancellation of the task.
    func end() async -> RedisError {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ended = self.state.withLock { state -> RedisError? in
                    if case .ended(let error) = state { return error }
                    state = .waiting(continuation)
                    return nil
                }
                if let ended { continuation.resume(returning: ended) }
            }
        } onCancel: {
            self.disconnected(RedisError(.cancelled, "the waiting task was cancelled"))
        }
    }

    func connected() -> [RawCommand] {
        [RawCommand("SUBSCRIBE", [.string(self.channel)])]
    }

    func received(_ value: RedisValue) {
        switch SubscriptionPush(value) {
        case .message(_, let channel, let payload):
            self.notice(.message(channel: String(decoding: channel, as: UTF8.self), pattern: nil, payload: payload))
        case .refusal(let text):
            self.disconnected(.server(text))
        case .confirmation:
            // What was said before nobody heard.
            self.notice(.gap(.reconnected))
        case .other:
            break
        }
    }

    func disconnected(_ error: RedisError) {
        let waiter = self.state.withLock { state -> CheckedContinuation<RedisError, Never>? in
            defer { state = .ended(error) }
            if case .waiting(let waiter) = state { return waiter }
            return nil
        }
        waiter?.resume(returning: error)
    }
}
