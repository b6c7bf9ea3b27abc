package import Logging
package import Metrics
package import Postgres
package import ServerRuntime

/// How services change data that caches hold: with the invalidation in the same transaction.
///
/// A plain "change, then delete the entry" forgets the deletion when the process or Redis fails in between, and readers get
/// the old value until it expires. Here the transaction that changes the data also writes what it invalidates into
/// `cache_invalidations`. After the commit, and before the caller goes on, the entries are tag-deleted and announced;
/// `InvalidationRelay` does so again a little later, in whatever process runs, and only then removes the row.
///
/// **Bound.** Normally a reader that begins after the change has returned gets the new value. If the process dies right after
/// the commit, or Redis does not answer, caches may hold the old value for `settleTime` + `InvalidationRelay.pollInterval`
/// (3 s), added to the time that Redis, Postgres or all processes are away.
package struct DataChanges: Sendable {
    /// How long after the change the relay invalidates once more.
    ///
    /// Long enough that a master of Redis which failed right after the change, and lost the deletion, has usually been
    /// replaced.
    package static let settleTime: Duration = .seconds(2)

    private let postgres: PostgresClient
    private let invalidator: CacheInvalidator
    private let logger: Logger
    private let metrics: DataChangeMetrics

    /// - Parameters:
    ///   - postgres: where the data is.
    ///   - caches: what depends on it.
    ///   - logger: for invalidations that failed, and are left to the relay, at `warning`.
    ///   - metrics: makes the metrics; the system's factory without one.
    package init(
        postgres: PostgresClient,
        caches: Caches,
        logger: Logger,
        metrics: (any MetricsFactory)? = nil
    ) {
        self.postgres = postgres
        self.invalidator = CacheInvalidator(caches: caches)
        self.logger = logger
        self.metrics = DataChangeMetrics(factory: metrics ?? MetricsSystem.factory)
    }

    /// Runs `body` inside a transaction, commits it, and invalidates what its statements said.
    ///
    /// Once committed the call succeeds: an invalidation that fails is counted, logged and left to the relay. It is also
    /// tried when the caller has been cancelled meanwhile, or when the outcome of the commit is unknown. While Redis is away
    /// it takes up to a second.
    ///
    /// - Parameters:
    ///   - isolation: what the transaction sees of concurrent ones.
    ///   - deadline: covers the transaction, not the invalidation.
    ///   - body: the work; it must not keep the change.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws, after which nothing has changed; `PostgresError` as
    ///   `PostgresClient.transaction(isolation:deadline:_:)`.
    nonisolated(nonsending)
        package func transaction<Result: Sendable>(
            isolation: PostgresIsolation = .readCommitted,
            deadline: Deadline? = nil,
            _ body: (DataChange) async throws -> Result
        ) async throws -> Result
    {
        var keys: [String] = []
        do {
            let result = try await self.postgres.transaction(isolation: isolation, deadline: deadline) { transaction in
                let change = DataChange(transaction)
                let result = try await body(change)
                keys = change.keys
                try await InvalidationOutbox.add(keys, after: Self.settleTime, to: transaction)
                return result
            }
            await self.invalidate(keys)
            return result
        } catch {
            if (error as? PostgresError)?.code == .commitUncertain { await self.invalidate(keys) }
            throw error
        }
    }

    private func invalidate(_ keys: [String]) async {
        guard !keys.isEmpty else { return }
        // A task of its own, which does not end with the caller's: the change stands, whatever becomes of the caller.
        await Task {
            do {
                try await self.invalidator.invalidate(keys)
                self.metrics.invalidated()
            } catch {
                self.metrics.leftToRelay()
                self.logger.warning(
                    "invalidation failed and is left to the relay",
                    metadata: ["keys": "\(keys.count)", "error": "\(error)"]
                )
            }
        }.value
    }
}
