import Logging
import Metrics
public import ServerRuntime

extension PostgresClient {
    /// Listens to channels for as long as `body` runs.
    ///
    ///     try await client.listen(on: ["users"]) { events in
    ///         cache.removeAll()
    ///         for try await event in events {
    ///             switch event {
    ///             case .notification(let message): cache.remove(message.payload)
    ///             case .reconnected, .missed: cache.removeAll()
    ///             }
    ///         }
    ///     }
    ///
    /// Uses a connection and a thread of its own, not the pool's. `body` starts when the server listens: what is sent from
    /// then on comes, in the order of its commits, until the connection is lost. That is replaced without end, with growing delays, and
    /// `.reconnected` says so. Up to `bufferMax` events are kept for a body that is busy; when there are more the oldest is
    /// dropped, and `.missed` tells how many were.
    ///
    /// - Parameters:
    ///   - channels: one or more.
    ///   - bufferMax: how many events are kept.
    ///   - deadline: for the server to listen at first; default `statementTimeout` from now.
    ///   - body: uses the events; it must not keep the sequence.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws; `PostgresError` when the server does not listen by the deadline; `.invalidQuery` for no
    ///   channel, or a name that none can have.
    nonisolated(nonsending)
        public func listen<Result: Sendable>(
            on channels: [PostgresIdentifier],
            bufferMax: Int = 10_000,
            deadline: Deadline? = nil,
            _ body: (PostgresNotifications) async throws -> Result
        ) async throws -> Result
    {
        let script = try Self.listenScript(channels)
        let queue = NotificationQueue(capacity: bufferMax)
        let listener = NotificationListener(client: self.forListening, script: script, queue: queue)
        let deadline = deadline ?? .after(self.configuration.statementTimeout)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await listener.client.run() }
            let session = try await listener.begin(deadline: deadline)
            group.addTask {
                // It ends by cancellation, when the body has ended.
                try? await listener.run(session)
            }
            return try await body(PostgresNotifications(queue))
        }
    }

    /// Sends a message to all who listen to a channel.
    ///
    /// - Parameters:
    ///   - channel: its name, as it is.
    ///   - payload: up to 7,999 bytes.
    ///   - deadline: default `statementTimeout` from now.
    /// - Throws: `.invalidValue` for a payload that is too long; `.invalidQuery` for a name that no channel can have.
    public func notify(
        _ channel: PostgresIdentifier,
        payload: String = "",
        deadline: Deadline? = nil
    ) async throws(PostgresError) {
        try await self.execute(NotifyRules.query(channel, payload), deadline: deadline)
    }

    /// A client with one connection, and metrics that nobody sees: those of the pool count the pool.
    private var forListening: PostgresClient {
        var configuration = self.configuration
        configuration.connectionsMax = 1
        return PostgresClient(
            configuration,
            logger: Logger(label: "postgres.listen", factory: { _ in SwiftLogNoOpLogHandler() }),
            metrics: NOOPMetricsHandler.instance
        )
    }

    private static func listenScript(_ channels: [PostgresIdentifier]) throws(PostgresError) -> String {
        guard !channels.isEmpty else { throw PostgresError(.invalidQuery, "no channel to listen to") }
        var script = ""
        for channel in channels { script += "LISTEN \(try NotifyRules.check(channel).quoted());" }
        return script
    }
}

extension PostgresTransaction {
    /// Sends a message to all who listen to a channel, when the transaction commits; equal ones are sent once.
    ///
    /// - Parameters:
    ///   - channel: its name, as it is.
    ///   - payload: up to 7,999 bytes.
    ///   - deadline: never later than that of the transaction, which is the default.
    /// - Throws: as `PostgresClient.notify`.
    public func notify(
        _ channel: PostgresIdentifier,
        payload: String = "",
        deadline: Deadline? = nil
    ) async throws(PostgresError) {
        try await self.execute(NotifyRules.query(channel, payload), deadline: deadline)
    }
}
