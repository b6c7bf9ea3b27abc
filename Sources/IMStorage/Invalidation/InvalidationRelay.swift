package import Logging
package import Metrics
package import Postgres
import ServerRuntime

/// Carries out the invalidations that data changes have left in Postgres; one runs in each process.
///
/// Each row is repeated until it has succeeded, and only then removed. Most have been carried out by their own process before:
/// then this is the second tag-delete, which finds what a failing Redis master may have lost of the first. Relays
/// share the rows, for each passes by those that another has locked. A row that fails is put off behind the others, so that
/// one whose key Redis refuses holds up nobody.
package struct InvalidationRelay: Sendable {
    /// How long the relay sleeps when nothing is due, and at the most after a failure.
    package static let pollInterval: Duration = .seconds(1)
    /// Rows of one transaction.
    private static let rowsMax = 20
    /// How long one transaction may take: its requests to Redis have deadlines of their own.
    private static let timeout: Duration = .seconds(60)

    private enum Pass {
        /// Nothing more is due.
        case idle
        /// There may be more.
        case more
    }

    private let postgres: PostgresClient
    private let invalidator: CacheInvalidator
    private let backoff = Backoff(initial: .milliseconds(100), maximum: Self.pollInterval)
    private let logger: Logger
    private let metrics: InvalidationRelayMetrics

    /// - Parameters:
    ///   - postgres: where the rows are; the schema must be there when `run()` begins.
    ///   - caches: what is invalidated.
    ///   - logger: for failures, when they begin and when they end.
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
        self.metrics = InvalidationRelayMetrics(factory: metrics ?? MetricsSystem.factory)
    }

    /// Works until the surrounding task is cancelled.
    ///
    /// - Throws: `CancellationError` only.
    package func run() async throws {
        var failures = 0
        while true {
            do {
                let pass = try await self.pass()
                if failures > 0 { self.logger.info("invalidations are carried out again") }
                failures = 0
                if case .idle = pass { try await Task.sleep(for: Self.pollInterval) }
            } catch {
                try Task.checkCancellation()
                failures += 1
                self.metrics.failed()
                if failures == 1 {
                    self.logger.warning("invalidations wait, trying again", metadata: ["error": "\(error)"])
                }
                try await Task.sleep(for: self.backoff.delay(attempt: failures))
            }
        }
    }

    /// Carries out what is due, up to the first failure.
    private func pass() async throws -> Pass {
        guard let age = try await InvalidationOutbox.oldestAge(self.postgres) else {
            self.metrics.lags(.zero)
            return .idle
        }
        self.metrics.lags(age - DataChanges.settleTime)
        let (done, failure, isFull) = try await self.postgres.transaction(deadline: .after(Self.timeout)) {
            transaction -> (Int, (any Error)?, Bool) in
            let entries = try await InvalidationOutbox.take(Self.rowsMax, in: transaction)
            let (done, failure) = await self.carryOut(entries)
            try await InvalidationOutbox.remove(entries.prefix(done).map(\.id), in: transaction)
            if failure != nil, done < entries.count {
                try await InvalidationOutbox.putOff(entries[done].id, by: Self.pollInterval, in: transaction)
            }
            return (done, failure, entries.count == Self.rowsMax)
        }
        self.metrics.relayed(done)
        if let failure { throw failure }
        return isFull ? .more : .idle
    }

    /// Carries out entries in order; returns how many, and why no more.
    private func carryOut(_ entries: [InvalidationOutbox.Entry]) async -> (done: Int, failure: (any Error)?) {
        for (index, entry) in entries.enumerated() {
            do {
                try await self.invalidator.invalidate(entry.keys)
            } catch {
                return (index, error)
            }
        }
        return (entries.count, nil)
    }
}
