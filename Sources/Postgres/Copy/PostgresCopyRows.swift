/// The rows of a COPY TO STDOUT as they come, valid inside the body that got it.
///
/// About a quarter of a megabyte is kept here twice: a consumer that is slow makes the server wait. A row that is kept keeps the
/// memory of those that came with it. Read once, by one task.
public struct PostgresCopyRows: AsyncSequence, Sendable {
    /// A row.
    public typealias Element = PostgresRow
    /// What reading can fail with.
    public typealias Failure = PostgresError

    private let chunks: CopyChunks
    private let template: CopyRowTemplate

    init(_ chunks: CopyChunks, _ template: CopyRowTemplate) {
        self.chunks = chunks
        self.template = template
    }

    /// Begins to read.
    public func makeAsyncIterator() -> Iterator {
        Iterator(self.chunks, CopyRowParser(self.template))
    }

    /// Gives the rows out one by one.
    public struct Iterator: AsyncIteratorProtocol {
        private let chunks: CopyChunks
        private let isFirst: Bool
        private var parser: CopyRowParser
        private var rows: PGResultHandle?
        private var position = 0
        private var count = 0
        private var isLast = false

        init(_ chunks: CopyChunks, _ parser: CopyRowParser) {
            self.chunks = chunks
            self.parser = parser
            self.isFirst = chunks.claim()
        }

        /// The next row; `nil` after the last.
        ///
        /// - Throws: the error of the server, behind the rows that came before it; `.timeout`, `.cancelled`, `.connectionLost`.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(PostgresError) -> PostgresRow? {
            while self.position == self.count {
                guard !self.isLast else { return nil }
                try await self.fetch()
            }
            guard let rows else { return nil }
            defer { self.position += 1 }
            return PostgresRow(rows, index: self.position)
        }

        private nonisolated(nonsending) mutating func fetch() async throws(PostgresError) {
            guard self.isFirst else { throw CopyChunks.misuse }
            // Over, unless this succeeds.
            self.isLast = true
            let chunk = try await self.chunks.next()
            let rows = try self.parser.parse(chunk.bytes)
            if chunk.isLast { try self.parser.requireEnd() }
            self.rows = rows
            self.position = 0
            self.count = rows.rowCount
            self.isLast = chunk.isLast
        }
    }
}
