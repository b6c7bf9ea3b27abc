import ServerRuntime

/// A session-level advisory lock, from asking for it to giving it back, and the connection that holds it.
struct AdvisoryLock: Sendable {
    /// How the part of the work ended that looks after the connection, or the body.
    private enum End<Result: Sendable>: Sendable {
        case body(Swift.Result<Result, any Error>)
        case lost(PostgresError)
        case watchEnded
    }

    private static let releaseMax = Duration.seconds(5)

    let key: PostgresAdvisoryLockKey
    let mode: PostgresAdvisoryLockMode
    let session: PostgresSession

    /// Waits for the lock.
    func acquire(_ limits: CallLimits) async throws(PostgresError) {
        let function = "pg_advisory_lock\(self.mode.suffix)"
        try await self.cleaning { () async throws(PostgresError) in
            _ = try await self.session.run("SELECT \(unescaped: function)(\(self.key.number))", limits)
        }
    }

    /// Takes the lock if it is free; returns whether it was.
    func tryAcquire(_ limits: CallLimits) async throws(PostgresError) -> Bool {
        let function = "pg_try_advisory_lock\(self.mode.suffix)"
        return try await self.cleaning { () async throws(PostgresError) in
            let query: PostgresQuery = "SELECT \(unescaped: function)(\(self.key.number))"
            let rows = PostgresRows(try await self.session.run(query, limits))
            return try rows.first?.decode(at: 0, as: Bool.self) ?? false
        }
    }

    /// Runs `body` in a task that is cancelled when the connection is lost, then gives lock and connection back.
    func hold<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let (ended, loss) = await self.race(body)
        let releaseError = loss == nil ? await self.release() : nil
        if loss != nil { self.session.close() }
        if let reason = loss ?? releaseError {
            throw PostgresError(
                .connectionLost,
                "the advisory lock was lost with its connection while it was held",
                cause: reason,
                mayHaveBeenApplied: true
            )
        }
        return try ended.get()
    }

    private func race<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async -> (Swift.Result<Result, any Error>, PostgresError?) {
        await withTaskGroup(of: End<Result>.self) { group in
            group.addTask {
                do {
                    return .body(.success(try await body()))
                } catch {
                    return .body(.failure(error))
                }
            }
            group.addTask {
                do throws(PostgresError) {
                    try await self.session.waitUntilLost()
                } catch {
                    return error.code == .cancelled ? .watchEnded : .lost(error)
                }
            }
            var ended = Swift.Result<Result, any Error>.failure(CancellationError())
            var loss: PostgresError?
            for await end in group {
                switch end {
                case .body(let result):
                    ended = result
                    group.cancelAll()
                case .lost(let error):
                    loss = error
                    group.cancelAll()
                // The surrounding task was cancelled, and the body with it.
                case .watchEnded: break
                }
            }
            return (ended, loss)
        }
    }

    /// Gives lock and connection back; also in a cancelled task.
    ///
    /// - Returns: an error when the lock was not held any more.
    private func release() async -> PostgresError? {
        let limits = CallLimits(deadline: .after(Self.releaseMax), rowsMax: 1, ignoresCancellation: true)
        let query: PostgresQuery = "SELECT \(unescaped: "pg_advisory_unlock\(self.mode.suffix)")(\(self.key.number))"
        do throws(PostgresError) {
            let rows = PostgresRows(try await self.session.run(query, limits))
            let wasHeld = try rows.first?.decode(at: 0, as: Bool.self) ?? false
            self.session.giveBack()
            return wasHeld ? nil : PostgresError(.connectionLost, "the session did not hold the lock")
        } catch {
            // The lock ends with the session.
            self.session.close()
            return error.code == .timeout || error.code == .closed ? nil : error
        }
    }

    /// Runs what asks for the lock; when it fails, the lock may come nevertheless and must not stay with the connection.
    private func cleaning<Result: Sendable>(
        _ body: () async throws(PostgresError) -> Result
    ) async throws(PostgresError) -> Result {
        do throws(PostgresError) {
            return try await body()
        } catch {
            self.session.giveBack(resets: true)
            throw error
        }
    }
}
