package import Logging
package import Postgres
package import ServerRuntime

/// Makes the monthly partitions of the archive ahead of time.
///
/// One may run in every process: the database lets one make a month, and the others find it made. A message of a month
/// that is missing is stored all the same, in the default partition, and moved when the month is made.
package struct ArchivePartitions: Sendable {
    /// Months that are there ahead of the present one.
    package static let monthsAhead = 3
    /// How long to wait between looks.
    package static let interval: Duration = .seconds(3600)

    private let postgres: PostgresClient
    private let clock: WallClock
    private let backoff = Backoff(initial: .seconds(1), maximum: .seconds(60))
    private let logger: Logger

    /// - Parameters:
    ///   - postgres: where the archive is; the schema must be there.
    ///   - clock: tells the present month.
    ///   - logger: for months that were made, and failures.
    package init(postgres: PostgresClient, clock: WallClock = .system, logger: Logger) {
        self.postgres = postgres
        self.clock = clock
        self.logger = logger
    }

    /// Makes what is missing of the present month and those ahead.
    ///
    /// - Returns: how many were made.
    /// - Throws: `PostgresError`; months that were made before it are undone with the statement.
    @discardableResult
    package func make() async throws -> Int {
        let rows = try await self.postgres.query(
            "SELECT archive_make_months(\(self.clock.milliseconds), \(Int32(1 + Self.monthsAhead))) AS made"
        )
        return Int(try rows.first?.decode("made", as: Int32.self) ?? 0)
    }

    /// Works until the surrounding task is cancelled.
    ///
    /// - Throws: `CancellationError` only.
    package func run() async throws {
        var failures = 0
        while true {
            do {
                let made = try await self.make()
                if made > 0 { self.logger.info("archive partitions made", metadata: ["months": "\(made)"]) }
                failures = 0
                try await Task.sleep(for: Self.interval)
            } catch {
                try Task.checkCancellation()
                failures += 1
                self.logger.warning("archive partitions not made, trying again", metadata: ["error": "\(error)"])
                try await Task.sleep(for: self.backoff.delay(attempt: failures))
            }
        }
    }
}
