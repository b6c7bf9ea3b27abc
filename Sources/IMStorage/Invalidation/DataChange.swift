package import Postgres
import Synchronization

/// A database change under way: a transaction that notes which cached values its statements make wrong.
///
/// There is no way to write without saying so, which is its purpose. Valid inside the body that got it.
package final class DataChange: Sendable {
    private let transaction: PostgresTransaction
    private let noted = Mutex<[String]>([])

    init(_ transaction: PostgresTransaction) {
        self.transaction = transaction
    }

    /// Runs a statement that changes data.
    ///
    /// - Parameters:
    ///   - query: the statement; one that touches no row invalidates nothing.
    ///   - keys: the keys (`CacheKey`) of all cached values that depend on what it changes; `[]` when nothing does.
    /// - Returns: the number of rows that it touched.
    /// - Throws: any error means that the change cannot be committed any more.
    @discardableResult
    package func execute(
        _ query: PostgresQuery,
        invalidating keys: @autoclosure () -> [String]
    ) async throws(PostgresError) -> Int {
        let rows = try await self.transaction.execute(query)
        if rows > 0 { self.note(keys()) }
        return rows
    }

    /// Runs a statement that reads, or that locks what it reads.
    ///
    /// - Throws: any error means that the change cannot be committed any more.
    package func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresRows {
        try await self.transaction.query(query)
    }

    /// The keys that were noted so far.
    var keys: [String] {
        self.noted.withLock { $0 }
    }

    private func note(_ keys: [String]) {
        self.noted.withLock { $0 += keys }
    }
}
