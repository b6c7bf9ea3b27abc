import IMProtocol
import Postgres
import SwiftProtobuf

/// Messages of one batch as columns, and the statement that archives them.
struct ArchiveBatch: Sendable {
    private var conversationIDs: [String] = []
    private var seqs: [Int64] = []
    private var clientMsgIDs: [String] = []
    private var serverMsgIDs: [String] = []
    private var sendIDs: [String] = []
    private var recvIDs: [String] = []
    private var groupIDs: [String] = []
    private var sessionTypes: [Int32] = []
    private var contentTypes: [Int32] = []
    private var sendTimes: [Int64] = []
    private var searchTexts: [String] = []
    private var records: [[UInt8]] = []

    var isEmpty: Bool {
        self.seqs.isEmpty
    }

    /// - Throws: when a message cannot be encoded, which one that was decoded always can.
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
                self.searchTexts.append(SearchText.of(message))
                self.records.append(try message.serializedBytes())
            }
        }
    }

    /// Stores the messages that are above the archived heads of their conversations, raises the heads and counts.
    ///
    /// Of two messages with the same conversation and seq the first one stays, as in the history. Everything that is
    /// locked is locked in the order of its key. A day is cut from the time by division, for a message may claim a time
    /// that no date can express.
    ///
    /// - Parameter partition: of `toMongo`.
    /// - Returns: the statement.
    func insertion(partition: Int32) -> PostgresQuery {
        """
        WITH batch AS (
            SELECT * FROM unnest(
                \(self.conversationIDs)::text[], \(self.seqs)::bigint[], \(self.clientMsgIDs)::text[],
                \(self.serverMsgIDs)::text[], \(self.sendIDs)::text[], \(self.recvIDs)::text[],
                \(self.groupIDs)::text[], \(self.sessionTypes)::integer[], \(self.contentTypes)::integer[],
                \(self.sendTimes)::bigint[], \(self.searchTexts)::text[], \(self.records)::bytea[])
            WITH ORDINALITY AS given (conversation_id, seq, client_msg_id, server_msg_id, send_id, recv_id, group_id,
                session_type, content_type, send_time, search_text, record, place)
        ), fresh AS (
            SELECT DISTINCT ON (conversation_id, batch.seq) batch.*
            FROM batch LEFT JOIN archive_heads USING (conversation_id)
            WHERE batch.seq > coalesce(archive_heads.seq, 0)
            ORDER BY conversation_id, batch.seq, place
        ), stored AS (
            INSERT INTO messages (conversation_id, seq, client_msg_id, server_msg_id, send_id, recv_id, group_id,
                session_type, content_type, send_time, search_text, record)
            SELECT conversation_id, seq, client_msg_id, server_msg_id, send_id, recv_id, group_id,
                session_type, content_type, send_time, search_text, record FROM fresh
            ON CONFLICT DO NOTHING
            RETURNING send_time / 86400000 * 86400000 AS day, left(conversation_id, 3) AS kind, send_id, group_id
        ), heads AS (
            INSERT INTO archive_heads AS head (conversation_id, seq)
            SELECT conversation_id, max(seq) FROM batch GROUP BY conversation_id ORDER BY conversation_id
            ON CONFLICT (conversation_id) DO UPDATE SET seq = excluded.seq WHERE head.seq < excluded.seq
        ), by_user AS (
            INSERT INTO message_counts_by_user AS counts (day, send_id, partition, single_messages, group_messages)
            SELECT day, send_id, \(partition)::integer,
                count(*) FILTER (WHERE kind = 'si_'), count(*) FILTER (WHERE kind = 'sg_')
            FROM stored WHERE kind IN ('si_', 'sg_') GROUP BY day, send_id ORDER BY day, send_id
            ON CONFLICT (day, send_id, partition) DO UPDATE
            SET single_messages = counts.single_messages + excluded.single_messages,
                group_messages = counts.group_messages + excluded.group_messages
        )
        INSERT INTO message_counts_by_group AS counts (day, group_id, messages)
        SELECT day, group_id, count(*) FROM stored WHERE kind = 'sg_' GROUP BY day, group_id ORDER BY day, group_id
        ON CONFLICT (day, group_id) DO UPDATE SET messages = counts.messages + excluded.messages
        """
    }
}
