package import Mongo

extension HistoryStore {
    /// How far a partition of the log has been followed.
    package typealias Position = PipelinePosition

    /// Compares the topics' number of partitions with the one that was stored at the first start, and stores it then.
    ///
    /// - Throws: `StorageError.partitionCount` when they differ.
    package func checkPartitionCount(_ count: Int32) async throws {
        try await MaximumWrites(in: self.pipeline).apply([
            .updateOne(
                filter: ["_id": "partitions"],
                update: ["$setOnInsert": .document(["count": .int32(count)])],
                upsert: true
            )
        ])
        let stored = try await self.pipeline.findAll(["_id": "partitions"], options: Self.certain())
        let storedCount = stored.first?.int64("count") ?? 0
        guard storedCount == Int64(count) else {
            throw StorageError.partitionCount(
                "the topics have \(count) partitions, but the pipeline was started with \(storedCount): changing the "
                    + "number needs the procedure in ARCHITECTURE.md"
            )
        }
    }

    /// The place in `partition` of `toMongo` from where the history goes on; nil before the first batch.
    package func position(of partition: Int32, session: MongoSession? = nil) async throws -> Position? {
        let filter: BSONDocument = ["_id": .string(Self.positionID(partition))]
        let documents = try await self.pipeline.findAll(filter, options: Self.certain(), session: session)
        guard let document = documents.first else { return nil }
        let epoch = document["epoch"].flatMap { Int64.decode($0) }
        guard let next = document["next"].flatMap({ Int64.decode($0) }), next >= 0 else {
            throw StorageError.malformed("\(Self.positionID(partition)) in the collection pipeline holds no position")
        }
        return Position(next: next, epoch: epoch)
    }

    /// Moves the position of `partition`, only forward: a lower one changes nothing.
    package func savePosition(of partition: Int32, _ position: Position) async throws {
        var maxima: BSONDocument = ["next": .int64(position.next)]
        // The claim belongs to the offset and grows with it, so each may be raised by itself.
        if let epoch = position.epoch { maxima.append("epoch", .int64(epoch)) }
        try await MaximumWrites(in: self.pipeline).apply([
            .updateOne(
                filter: ["_id": .string(Self.positionID(partition))],
                update: ["$max": .document(maxima)],
                upsert: true
            )
        ])
    }

    private static func positionID(_ partition: Int32) -> String {
        "toMongo/\(partition)"
    }
}
