import ServerRuntime

extension PostgresSession {
    /// How long a silent connection is taken for alive; then the server is asked.
    private static let silenceMax = Duration.seconds(30)
    private static let probeMax = Duration.seconds(10)

    /// Waits for messages on the channels that the session listens to, and looks after the connection meanwhile.
    ///
    /// - Throws: `.connectionLost`, or `.timeout` when the server is silent and does not answer a question either; `.cancelled`.
    func awaitNotifications() async throws(PostgresError) -> NotificationBatch {
        while true {
            do throws(PostgresError) {
                return try await self.notificationBatch(CallLimits(deadline: .after(Self.silenceMax), rowsMax: 1))
            } catch {
                // A deadline that passes behind a failed try to open another connection is reported as that failure.
                guard error.code == .timeout || error.code == .connectionFailed else { throw error }
            }
            let limits = CallLimits(deadline: .after(Self.probeMax), rowsMax: 1)
            _ = try await self.run("SELECT 1", isPrepared: false, limits)
        }
    }

    /// Waits until the connection is lost.
    ///
    /// - Throws: why it was lost; `.cancelled`.
    func waitUntilLost() async throws(PostgresError) -> Never {
        while true { _ = try await self.awaitNotifications() }
    }
}
