package import Postgres

/// The full message archive, in Postgres.
package struct ArchiveStore: Sendable {
    let postgres: PostgresClient

    package init(postgres: PostgresClient) {
        self.postgres = postgres
    }

    /// How far the archive has followed `partition` of `toMongo`; nil before the first record.
    package func position(of partition: Int32) async throws -> PipelinePosition? {
        let rows = try await self.postgres.query(
            "SELECT next, epoch FROM archive_positions WHERE partition = \(partition)"
        )
        guard let row = rows.first else { return nil }
        return PipelinePosition(next: try row.decode("next"), epoch: try row.decode("epoch", as: Int64?.self))
    }

    /// Archives messages and moves the position in one transaction, so that neither is ever ahead of the other.
    ///
    /// Harmless when repeated. The position is moved first: its lock lets one archiver of a partition write at a time, and
    /// a batch that another one has passed already is left alone.
    ///
    /// - Parameters:
    ///   - runs: the messages, those of each conversation in rising order of seq from call to call; those that are
    ///     archived already stay as they are.
    ///   - partition: where they were read from.
    ///   - position: where to go on from.
    /// - Throws: `PostgresError`; nothing was stored then, unless it says that it may have been.
    package func store(_ runs: [SequencedMessages], partition: Int32, position: PipelinePosition) async throws {
        let batch = try ArchiveBatch(runs)
        try await self.postgres.transaction { transaction in
            let moved = try await transaction.execute(
                """
                INSERT INTO archive_positions AS position (partition, next, epoch)
                VALUES (\(partition), \(position.next), \(position.epoch))
                ON CONFLICT (partition) DO UPDATE SET next = excluded.next, epoch = excluded.epoch
                WHERE position.next < excluded.next
                """
            )
            guard moved > 0, !batch.isEmpty else { return }
            try await transaction.execute(batch.insertion(partition: partition))
        }
    }

    /// How many messages of a conversation are archived, with their lowest and highest seq (0 when there is none).
    package func count(conversationID: String) async throws -> (rows: Int64, lowest: Int64, highest: Int64) {
        let rows = try await self.postgres.query(
            """
            SELECT count(*) AS rows, coalesce(min(seq), 0) AS lowest, coalesce(max(seq), 0) AS highest
            FROM messages WHERE conversation_id = \(conversationID)
            """
        )
        guard let row = rows.first else { return (0, 0, 0) }
        return (try row.decode("rows"), try row.decode("lowest"), try row.decode("highest"))
    }
}
