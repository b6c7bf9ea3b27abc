import Foundation
package import IMProtocol

extension HistoryStore {
    /// Messages as one reader sees them, one for each of `seqs` and in that order.
    ///
    /// - Parameters:
    ///   - conversationID: the conversation.
    ///   - seqs: seqs within what the reader may read.
    ///   - userID: the reader.
    /// - Returns: for a seq without a message a placeholder: its status is 4, and its `sendTime` that of the nearest
    ///   earlier message. Quotes of messages that were revoked or deleted show that.
    /// - Throws: `StorageError.historyBehind` when one of them has not reached the history in time, so that an empty slot
    ///   would not mean "deleted".
    package func view(
        _ conversationID: String,
        seqs: [Int64],
        reader userID: String
    ) async throws -> [Openim_Sdkws_MsgData] {
        guard let highest = seqs.max() else { return [] }
        // The head first: what is empty in a block that is read later was deleted.
        try await self.waitForHead(of: conversationID, atLeast: min(highest, SequencedMessages.seqMax))
        let stored = try await self.stored(conversationID, seqs: seqs)
        let quoted = try await self.quoted(conversationID, by: stored)
        var placeholders = Placeholders(sendTimes: stored.mapValues(\.message.sendTime))
        var views: [Openim_Sdkws_MsgData] = []
        for seq in seqs {
            guard let message = stored[seq] else {
                if placeholders.isUnknown(seq) {
                    placeholders.learn(try await self.lastMessage(conversationID, below: seq)?.message, below: seq)
                }
                views.append(placeholders.placeholder(seq))
                continue
            }
            var view = try message.seen(by: userID)
            try Self.mend(&view, quoted)
            views.append(view)
        }
        return views
    }

    /// The messages that quotes among `messages` repeat, as far as they are known or had to be read.
    private func quoted(
        _ conversationID: String,
        by messages: [Int64: StoredMessage]
    ) async throws -> [Int64: StoredMessage] {
        let seqs = Set(messages.values.compactMap { QuotedMessage(in: $0.message)?.seq })
        let unknown = seqs.filter { messages[$0] == nil }
        guard !unknown.isEmpty else { return messages }
        return messages.merging(try await self.stored(conversationID, seqs: Array(unknown))) { old, _ in old }
    }

    /// Shows in a quote that the quoted message was revoked or deleted.
    private static func mend(_ view: inout Openim_Sdkws_MsgData, _ messages: [Int64: StoredMessage]) throws {
        guard let quote = QuotedMessage(in: view), quote.seq < view.seq else { return }
        let quoted = messages[quote.seq]
        if let quoted {
            // A message that was quoted in another conversation has its seq from there.
            let isSame = quote.clientMsgID.isEmpty || quoted.message.clientMsgID == quote.clientMsgID
            guard quoted.revocation != nil, isSame else { return }
        }
        view.content = Data(quote.content(revoked: try quoted?.revokedContent()))
    }
}
