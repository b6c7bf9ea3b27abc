package import IMProtocol
package import Postgres
import SwiftProtobuf

extension ArchiveStore {
    /// A message that was found.
    package struct Hit: Sendable, Hashable {
        /// Where it stands.
        package let conversationID: String
        /// The message as it was sent.
        package let message: Openim_Sdkws_MsgData
    }

    /// The newest messages whose text holds `text`, without regard to case.
    ///
    /// Works in any language, for it goes by characters and not by words. A single character is found too; one that nearly
    /// every message holds makes the search slow, which the deadline of the statement bounds.
    ///
    /// - Parameters:
    ///   - text: what to find; only its first 100 characters choose the candidates, all of it is compared.
    ///   - conversationIDs: where to look; nil for everywhere.
    ///   - times: send times, Unix milliseconds; the upper end is not included.
    ///   - limit: messages at the most.
    /// - Returns: the newest first; none for a text that consists of white space.
    /// - Throws: `PostgresError`.
    package func search(
        _ text: String,
        in conversationIDs: [String]? = nil,
        times: Range<Int64> = 0..<Int64.max,
        limit: Int
    ) async throws -> [Hit] {
        guard let query = Self.searchQuery(text, in: conversationIDs, times: times, limit: limit) else { return [] }
        var hits: [Hit] = []
        for row in try await self.postgres.query(query) {
            let record = try row.decode("record", as: [UInt8].self)
            hits.append(
                Hit(
                    conversationID: try row.decode("conversation_id"),
                    message: try Openim_Sdkws_MsgData(serializedBytes: record)
                )
            )
        }
        return hits
    }

    /// The statement of `search`; nil when there is nothing to find.
    ///
    /// The text is what is selective. `+ 0` keeps the indexes that hold a time out of the plan: when the server plans
    /// without the values it takes every stretch of time for a short one.
    package static func searchQuery(
        _ text: String,
        in conversationIDs: [String]?,
        times: Range<Int64>,
        limit: Int
    ) -> PostgresQuery? {
        let folded = SearchText.folded(text)
        guard !folded.isEmpty else { return nil }
        return """
            SELECT conversation_id, record FROM messages
            WHERE search_text <> '' AND search_grams(search_text) @@ search_gram_query(\(folded))
                AND search_text LIKE \(SearchText.pattern(folded))
                AND send_time + 0 >= \(times.lowerBound) AND send_time + 0 < \(times.upperBound)
                AND (\(conversationIDs)::text[] IS NULL OR conversation_id = ANY(\(conversationIDs)::text[]))
            ORDER BY send_time DESC, conversation_id, seq DESC LIMIT \(limit)
            """
    }
}
