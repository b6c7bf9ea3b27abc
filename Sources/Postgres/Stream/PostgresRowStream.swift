/// The rows of one statement as they come, valid inside the body that got it.
///
/// At most a few hundred rows or four megabytes are kept here: a consumer that is slow makes the server wait. Read once,
/// by one task.
public struct PostgresRowStream: AsyncSequence, Sendable {
    /// A row.
    public typealias Element = PostgresRow
    /// What reading can fail with.
    public typealias Failure = PostgresError

    private let session: PostgresSession
    private let query: PostgresQuery
    private let limits: @Sendable () -> CallLimits

    init(_ session: PostgresSession, _ query: PostgresQuery, limits: @escaping @Sendable () -> CallLimits) {
        self.session = session
        self.query = query
        self.limits = limits
    }

    /// Sends the statement at the first row that is asked for.
    public func makeAsyncIterator() -> Iterator {
        Iterator(session: self.session, query: self.query, limits: self.limits)
    }

    /// Gives the rows out one by one.
    public struct Iterator: AsyncIteratorProtocol {
        let session: PostgresSession
        let query: PostgresQuery
        let limits: @Sendable () -> CallLimits
        private var rows: [PGResultHandle] = []
        private var position = 0
        private var hasBegun = false
        private var isLast = false

        init(session: PostgresSession, query: PostgresQuery, limits: @escaping @Sendable () -> CallLimits) {
            self.session = session
            self.query = query
            self.limits = limits
        }

        /// The next row; `nil` after the last.
        ///
        /// - Throws: the error of the server, behind the rows that came before it; `.timeout`, `.cancelled`, `.connectionLost`.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(PostgresError) -> PostgresRow? {
            while self.position == self.rows.count {
                guard !self.isLast else { return nil }
                try await self.fetch()
            }
            defer { self.position += 1 }
            return PostgresRow(self.rows[self.position], index: 0)
        }

        private nonisolated(nonsending) mutating func fetch() async throws(PostgresError) {
            let hasBegun = self.hasBegun
            self.hasBegun = true
            // Over, unless this succeeds.
            self.isLast = true
            let batch: RowBatch
            if hasBegun {
                batch = try await self.session.nextRows(self.limits())
            } else {
                batch = try await self.session.beginRows(self.query, self.limits())
            }
            self.rows = batch.results
            self.position = 0
            self.isLast = batch.isLast
        }
    }
}
