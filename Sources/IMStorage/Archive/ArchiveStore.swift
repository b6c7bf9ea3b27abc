import IMProtocol
package import Postgres
import SwiftProtobuf

/// The full message archive, in Postgres.
package struct ArchiveStore: Sendable {
    private let postgres: PostgresClient

    package init(postgres: PostgresClient) {
        self.postgres = postgres
    }

    /// The next offset of `partition` of `toMongo` to be archived; nil before the first one.
    package func position(of partition: Int32) async throws -> Int64? {
        let rows = try await self.postgres.query("SELECT next FROM archive_positions WHERE partition = \(partition)")
        return try rows.first?.decode("next", as: Int64.self)
    }

    /// Archives messages and moves the position in one transaction, so that neither is ever ahead of the other.
    ///
    /// - Parameters:
    ///   - runs: the messages; those that are archived already stay as they are.
    ///   - partition: where they were read from.
    ///   - next: the offset to go on from.
    /// - Throws: `PostgresError`; nothing was stored then, unless it says that it may have been.
    package func store(_ runs: [SequencedMessages], partition: Int32, next: Int64) async throws {
        let rows = try Rows(runs)
        try await self.postgres.transaction { transaction in
            _ = try await transaction.execute(
                """
                INSERT INTO messages (conversation_id, seq, client_msg_id, server_msg_id, send_id, recv_id, group_id,
                    session_type, content_type, send_time, record)
                SELECT * FROM unnest(
                    \(rows.conversationIDs)::text[], \(rows.seqs)::bigint[], \(rows.clientMsgIDs)::text[],
                    \(rows.serverMsgIDs)::text[], \(rows.sendIDs)::text[], \(rows.recvIDs)::text[],
                    \(rows.groupIDs)::text[], \(rows.sessionTypes)::integer[], \(rows.contentTypes)::integer[],
                    \(rows.sendTimes)::bigint[], \(rows.records)::bytea[])
                ON CONFLICT DO NOTHING
                """
            )
            _ = try await transaction.execute(
                """
                INSERT INTO archive_positions (partition, next) VALUES (\(partition), \(next))
                ON CONFLICT (partition) DO UPDATE SET next = greatest(archive_positions.next, excluded.next)
                """
            )
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

    /// The columns of many messages, for one statement.
    private struct Rows: Sendable {
        var conversationIDs: [String] = []
        var seqs: [Int64] = []
        var clientMsgIDs: [String] = []
        var serverMsgIDs: [String] = []
        var sendIDs: [String] = []
        var recvIDs: [String] = []
        var groupIDs: [String] = []
        var sessionTypes: [Int32] = []
        var contentTypes: [Int32] = []
        var sendTimes: [Int64] = []
        var records: [[UInt8]] = []

        init(_ runs: [SequencedMessages]) throws {
            for run in runs {
                for message in run.messages {
                    self.conversationIDs.append(run.conversationID)
                    self.seqs.append(message.seq)
                    self.clientMsgIDs.append(message.clientMsgID)
                    self.serverMsgIDs.append(message.serverMsgID)
                    self.sendIDs.append(message.sendID)
                    self.recvIDs.append(message.recvID)
                    self.groupIDs.append(message.groupID)
                    self.sessionTypes.append(message.sessionType)
                    self.contentTypes.append(message.contentType)
                    self.sendTimes.append(message.sendTime)
                    self.records.append(try message.serializedBytes())
                }
            }
        }
    }
}
