package import IMProtocol
import IMStorage
import SwiftProtobuf

extension MsgServer {
    package func getMaxSeq(
        _ request: Openim_Sdkws_GetMaxSeqReq,
        _ context: CallContext
    ) async throws -> Openim_Sdkws_GetMaxSeqResp {
        try context.requireSelf(request.userID)
        let chats = try await self.dependencies.conversations.conversationIDs(of: request.userID)
        let ids =
            chats + chats.map(ConversationID.notificationTwin) + [ConversationID.ownNotifications(of: request.userID)]
        let maxima = try await self.dependencies.reader.certainMaxima(of: Array(Set(ids)))
        return .with { $0.maxSeqs = maxima }
    }

    package func pullMessageBySeqs(
        _ request: Openim_Sdkws_PullMessageBySeqsReq,
        _ context: CallContext
    ) async throws -> Openim_Sdkws_PullMessageBySeqsResp {
        try context.requireSelf(request.userID)
        let wanted = request.seqRanges.map { ($0.conversationID, $0.end) }
        let readable = try await self.readable(Dictionary(wanted, uniquingKeysWith: max), by: request.userID)
        var budget = PullBudget()
        var response = Openim_Sdkws_PullMessageBySeqsResp()
        for range in request.seqRanges {
            guard let bound = readable.bounds[range.conversationID] else { continue }
            let isNotification = ConversationID.isNotification(range.conversationID)
            let seqs = SeqWindow.seqs(
                from: range.begin,
                to: range.end,
                last: isNotification ? nil : range.num,
                within: bound
            )
            guard !seqs.isEmpty else { continue }
            try budget.take(messages: seqs.count)
            let messages = try await self.messages(range.conversationID, seqs: Array(seqs), by: request.userID)
            try budget.take(messages)
            let pulled = Openim_Sdkws_PullMsgs.with {
                $0.msgs = messages
                $0.isEnd = request.order == .asc ? bound.upperBound <= range.end : range.begin <= bound.lowerBound
            }
            if isNotification {
                response.notificationMsgs[range.conversationID] = pulled
            } else {
                response.msgs[range.conversationID] = pulled
            }
        }
        return response
    }

    package func getSeqMessage(
        _ request: Openim_Msg_GetSeqMessageReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetSeqMessageResp {
        try context.requireSelf(request.userID)
        let wanted = request.conversations.map { ($0.conversationID, $0.seqs.max() ?? 0) }
        let readable = try await self.readable(Dictionary(wanted, uniquingKeysWith: max), by: request.userID)
        var budget = PullBudget()
        var response = Openim_Msg_GetSeqMessageResp()
        for asked in request.conversations where readable.owned.contains(asked.conversationID) {
            var pulled = Openim_Sdkws_PullMsgs()
            if let bound = readable.bounds[asked.conversationID] {
                let seqs = asked.seqs.filter { bound.contains($0) }
                try budget.take(messages: seqs.count)
                pulled.msgs = try await self.messages(asked.conversationID, seqs: seqs, by: request.userID)
                try budget.take(pulled.msgs)
                if request.order == .desc, asked.seqs.contains(where: { $0 > 0 && $0 < bound.lowerBound }) {
                    pulled.isEnd = true
                    pulled.endSeq = bound.lowerBound
                } else if request.order == .asc, asked.seqs.contains(where: { $0 > bound.upperBound }) {
                    pulled.isEnd = true
                    pulled.endSeq = bound.upperBound
                }
            }
            if ConversationID.isNotification(asked.conversationID) {
                response.notificationMsgs[asked.conversationID] = pulled
            } else {
                response.msgs[asked.conversationID] = pulled
            }
        }
        return response
    }

    package func getLastMessage(
        _ request: Openim_Msg_GetLastMessageReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetLastMessageResp {
        try context.requireSelf(request.userID)
        var budget = PullBudget()
        try budget.take(messages: request.conversationIds.count)
        let wanted = request.conversationIds.map { ($0, Int64(0)) }
        let readable = try await self.readable(Dictionary(wanted, uniquingKeysWith: max), by: request.userID)
        let last = try await self.answering {
            try await self.dependencies.reader.lastMessages(in: readable.bounds, reader: request.userID)
        }
        try budget.take(Array(last.values))
        return .with { $0.msgs = last }
    }

    private func messages(
        _ conversationID: String,
        seqs: [Int64],
        by userID: String
    ) async throws -> [Openim_Sdkws_MsgData] {
        guard !seqs.isEmpty else { return [] }
        return try await self.answering {
            try await self.dependencies.reader.messages(conversationID, seqs: seqs, reader: userID)
        }
    }

    /// Messages that are known but have not reached the history in time are an error that asks for a retry: a client takes
    /// whatever is left out for read.
    func answering<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch StorageError.historyBehind(let conversationID) {
            throw IMError(.serverInternal, "the history of \(conversationID) is behind; try again")
        }
    }

    /// What a user may read of conversations: its own chats, their notification twins, its own notifications.
    ///
    /// - Parameters:
    ///   - wanted: the conversations, each with the greatest seq that the request asks for.
    ///   - userID: the reader.
    /// - Returns: what may be read.
    /// - Throws: 500 when a conversation's maximum cannot be told for certain.
    private func readable(_ wanted: [String: Int64], by userID: String) async throws -> Readable {
        let chats = wanted.keys.filter { !ConversationID.isNotification($0) }
        let rows = try await self.rows(chats, of: userID)
        let twins = try await self.ownedTwins(wanted.keys.filter(ConversationID.isNotification), by: userID)
        let owned = twins.union(rows.keys)
        async let stored = self.dependencies.positions.positions(of: userID, in: Array(owned))
        let bounds = try await self.answering {
            try await self.dependencies.reader.bounds(of: wanted.filter { owned.contains($0.key) })
        }
        let positions = try await stored
        var readable: [String: ClosedRange<Int64>] = [:]
        for (conversationID, bound) in bounds {
            let (row, position) = (rows[conversationID], positions[conversationID])
            readable[conversationID] = ReadableSeqs.of(bound, row: row, position: position)
        }
        return Readable(owned: owned, bounds: readable)
    }

    /// The user's rows of chats.
    ///
    /// What the caches do not have is asked of the database: a client takes a chat that is left out for read.
    func rows(_ chats: [String], of userID: String) async throws -> [String: ConversationRecord] {
        guard !chats.isEmpty else { return [:] }
        let conversations = self.dependencies.conversations
        let rows = try await conversations.rows(chats, of: userID)
        let absent = chats.filter { rows[$0] == nil }
        guard !absent.isEmpty else { return rows }
        return rows.merging(try await conversations.loadRows(absent, of: userID)) { cached, _ in cached }
    }

    /// Those of the notification conversations that belong to the user or to one of its chats.
    private func ownedTwins(_ notifications: [String], by userID: String) async throws -> Set<String> {
        let own = ConversationID.ownNotifications(of: userID)
        let twins = Set(notifications).subtracting([own])
        var owned = Set(notifications).intersection([own])
        guard !twins.isEmpty else { return owned }
        let chats = try await self.dependencies.conversations.conversationIDs(of: userID)
        owned.formUnion(twins.intersection(chats.map(ConversationID.notificationTwin)))
        let absent = twins.subtracting(owned)
        guard !absent.isEmpty else { return owned }
        let candidates = absent.flatMap(ConversationID.chats(ofTwin:))
        let rows = try await self.dependencies.conversations.loadRows(candidates, of: userID)
        return owned.union(absent.intersection(rows.keys.map(ConversationID.notificationTwin)))
    }
}
