/// What the server sends in a COPY TO STDOUT, valid inside the body that got it.
///
/// Each element is a piece of up to about 256 KiB, in text format whole lines. So much is kept here at the most: a consumer that is slow
/// makes the server wait. Read once, by one task.
public struct PostgresCopyBytes: AsyncSequence, Sendable {
    /// A piece.
    public typealias Element = [UInt8]
    /// What reading can fail with.
    public typealias Failure = PostgresError

    private let chunks: CopyChunks

    init(_ chunks: CopyChunks) {
        self.chunks = chunks
    }

    /// Begins to read.
    public func makeAsyncIterator() -> Iterator {
        Iterator(self.chunks)
    }

    /// Gives the pieces out one by one.
    public struct Iterator: AsyncIteratorProtocol {
        private let chunks: CopyChunks
        private let isFirst: Bool
        private var isLast = false

        init(_ chunks: CopyChunks) {
            self.chunks = chunks
            self.isFirst = chunks.claim()
        }

        /// The next piece; `nil` after the last.
        ///
        /// - Throws: the error of the server, behind what came before it; `.timeout`, `.cancelled`, `.connectionLost`.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(PostgresError) -> [UInt8]? {
            guard self.isFirst else { throw CopyChunks.misuse }
            while !self.isLast {
                // Over, unless this succeeds.
                self.isLast = true
                let chunk = try await self.chunks.next()
                self.isLast = chunk.isLast
                if !chunk.bytes.isEmpty { return chunk.bytes }
            }
            return nil
        }
    }
}
