/// The documents that a query finds, fetched batch by batch while they are read.
///
/// It can be iterated once. It keeps one connection of the pool until its end, which is the end of the documents, an
/// error, `close()`, or that nobody holds its iterator (after a `break`, say) or itself any more; the server is told to
/// drop its side then.
public struct MongoCursor<Element: Sendable>: AsyncSequence, Sendable {
    /// The error of iterating.
    public typealias Failure = MongoError

    let source: CursorSource
    let decode: @Sendable (BSONDocument) throws(MongoError) -> Element

    /// The iterator, of which there can be one.
    public func makeAsyncIterator() -> Iterator {
        Iterator(guardian: CursorGuardian(self.source), decode: self.decode)
    }

    /// Ends the cursor at the server and gives the connection back; does nothing when that has happened.
    public func close() async {
        self.source.close()
    }

    /// All documents that are left.
    ///
    /// - Parameter countMax: upper bound of documents held in memory.
    /// - Returns: the documents in order.
    /// - Throws: `.tooManyDocuments` beyond the bound; errors of the server and the network.
    public func collect(atMost countMax: Int) async throws(MongoError) -> [Element] {
        var elements: [Element] = []
        var iterator = self.makeAsyncIterator()
        while let element = try await iterator.next() {
            guard elements.count < countMax else {
                throw MongoError(.tooManyDocuments, "the answer has more than \(countMax) documents")
            }
            elements.append(element)
        }
        return elements
    }
}
