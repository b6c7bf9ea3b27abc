/// The batches of a partition from its current position on, as an asynchronous sequence.
///
/// It is a view of `KafkaPartition.nextBatch()`: nothing is fetched for it beyond the bounds of the consumer, and one
/// task at a time iterates. It ends when the partition is asked for or taken away, or when the consumer shuts down.
public struct KafkaBatches: AsyncSequence, Sendable {
    /// Records in order, at least one.
    public typealias Element = [KafkaRecord]
    /// What `nextBatch()` throws.
    public typealias Failure = KafkaError

    /// Gives the batches out.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let partition: KafkaPartition

        /// The next batch; `nil` at the end.
        ///
        /// - Throws: what `KafkaPartition.nextBatch()` throws; after an error that passes the sequence goes on.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(KafkaError) -> [KafkaRecord]? {
            try await self.partition.nextBatch()
        }

        /// The next batch; `nil` at the end.
        ///
        /// - Throws: what `KafkaPartition.nextBatch()` throws; after an error that passes the sequence goes on.
        public mutating func next() async throws(KafkaError) -> [KafkaRecord]? {
            try await self.partition.nextBatch()
        }
    }

    let partition: KafkaPartition

    /// Begins with the batch that comes next.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(partition: self.partition)
    }
}
