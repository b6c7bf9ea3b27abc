import ServerRuntime

/// Keeps one connection listening, and puts what comes into a queue.
struct NotificationListener: Sendable {
    /// A client whose only connection it uses.
    let client: PostgresClient
    /// `LISTEN` for each channel.
    let script: String
    let queue: NotificationQueue

    /// Opens the connection and listens.
    ///
    /// - Throws: whatever went wrong, by the deadline.
    func begin(deadline: Deadline) async throws(PostgresError) -> PostgresSession {
        let session = try await self.client.lease(deadline: deadline)
        do throws(PostgresError) {
            try await session.runScript(self.script, CallLimits(deadline: deadline, rowsMax: 1))
            return session
        } catch {
            session.close()
            throw error
        }
    }

    /// Receives until the task is cancelled, on a new connection whenever one is lost.
    func run(_ first: PostgresSession) async throws(PostgresError) {
        var session = first
        while true {
            do throws(PostgresError) {
                try await self.receive(session)
            } catch {
                session.close()
                guard !Task.isCancelled, error.code != .closed else { throw error }
            }
            session = try await self.beginAgain()
            self.queue.append([.reconnected])
        }
    }

    private func receive(_ session: PostgresSession) async throws(PostgresError) -> Never {
        while true {
            let batch = try await session.awaitNotifications()
            self.queue.append(
                batch.notifications.lazy.map {
                    .notification(
                        PostgresNotification(channel: $0.channel, payload: $0.payload, processID: $0.sender)
                    )
                }
            )
            // The I/O thread keeps the first ones.
            if batch.droppedCount > 0 { self.queue.append([.missed(count: batch.droppedCount)]) }
        }
    }

    private func beginAgain() async throws(PostgresError) -> PostgresSession {
        let configuration = self.client.configuration
        var attempt = 0
        while true {
            do throws(PostgresError) {
                return try await self.begin(
                    deadline: .after(configuration.connectTimeout + configuration.statementTimeout)
                )
            } catch {
                // Whatever it is, a refused password too: the one who can set it right may be at work on it.
                guard !Task.isCancelled, error.code != .closed else { throw error }
            }
            attempt += 1
            // Ends early only by cancellation, which the next try finds.
            try? await Task.sleep(for: configuration.reconnect.delay(attempt: attempt))
        }
    }
}
