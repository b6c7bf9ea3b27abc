public import Logging
import ServerRuntime

/// Creates, describes, changes and removes topics and consumer groups.
///
/// One client for all calls; nothing happens until `run()` runs, and a call before that waits for it. Every call has a
/// deadline, which is the timeout of librdkafka's own call: it ends by then, whatever the brokers do. Calls on several
/// topics, partitions or groups have an outcome for each of them, and throw only when nothing could be done for any.
///
/// When no broker accepts the client, or the client no broker, calls end at their deadlines with
/// `.authenticationFailed`.
///
/// A cancelled call returns at once; what it asked for may be carried out all the same (`mayHaveBeenApplied`).
public final class KafkaAdmin: Sendable {
    private let connection: KafkaConnectionConfiguration
    private let logger: Logger
    private let gate = SessionGate<AdminSession>(of: "admin")

    /// Checks the configuration.
    ///
    /// Nothing is started and no broker is contacted.
    ///
    /// - Parameters:
    ///   - connection: how to reach the cluster.
    ///   - logger: where the client's own log lines go, below warning.
    /// - Throws: `.invalidConfiguration` naming the key.
    public init(_ connection: KafkaConnectionConfiguration, logger: Logger) throws(KafkaError) {
        self.connection = connection
        self.logger = logger
        _ = try AdminSession.makeConf(connection)
    }

    /// Runs the client until the task is cancelled; then ends all calls and closes it.
    ///
    /// Questions under way that librdkafka cannot break off delay the end, at most until their deadlines.
    ///
    /// - Throws: `KafkaError` when the client cannot be created, or when `run()` was called before.
    public func run() async throws {
        guard self.gate.begin() else { throw KafkaError(.closed, "run() may be called once") }
        defer { self.gate.close() }
        guard !Task.isCancelled else { return }
        let session = try AdminSession(self.connection, logger: self.logger)
        let gate = self.gate
        gate.open(session)
        do {
            try await withTaskCancellationHandler {
                try await session.runOnThread()
            } onCancel: {
                gate.close()
                session.close()
            }
        } catch {
            // There was no thread.
            gate.close()
            session.abandon()
            throw error
        }
    }

    /// The running session.
    func session(_ deadline: Deadline) async throws(KafkaError) -> AdminSession {
        try AdminSession.check(deadline)
        return try await self.gate.session(deadline: deadline)
    }
}
