extension MongoCursor {
    /// Reads the documents of a `MongoCursor` in order.
    public struct Iterator: AsyncIteratorProtocol {
        let guardian: CursorGuardian
        let decode: @Sendable (BSONDocument) throws(MongoError) -> Element
        private var batch: [BSONDocument] = []
        private var position = 0

        init(
            guardian: CursorGuardian,
            decode: @escaping @Sendable (BSONDocument) throws(MongoError) -> Element
        ) {
            self.guardian = guardian
            self.decode = decode
        }

        /// The next document; `nil` after the last.
        ///
        /// - Throws: errors of the server and the network, and of decoding; the cursor has ended then.
        public mutating func next() async throws(MongoError) -> Element? {
            try await self.next(isolation: #isolation)
        }

        /// The next document; `nil` after the last.
        ///
        /// - Throws: errors of the server and the network, and of decoding; the cursor has ended then.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(MongoError) -> Element? {
            while self.position >= self.batch.count {
                self.position = 0
                self.batch = []
                guard let batch = try await self.guardian.source.nextBatch() else { return nil }
                self.batch = batch
            }
            let document = self.batch[self.position]
            self.position += 1
            do throws(MongoError) {
                return try self.decode(document)
            } catch {
                self.guardian.source.close()
                throw error
            }
        }
    }
}
