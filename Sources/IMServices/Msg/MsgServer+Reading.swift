package import IMProtocol
import IMStorage
import SwiftProtobuf

extension MsgServer {
    package func getMaxSeq(
        _ request: Openim_Sdkws_GetMaxSeqReq,
        _ context: CallContext
    ) async throws -> Openim_Sdkws_GetMaxSeqResp {
        try context.requireSelf(request.userID)
        let chats = try await self.conversations.conversationIDs(of: request.userID)
        let ids =
            chats + chats.map(ConversationID.notificationTwin) + [ConversationID.ownNotifications(of: request.userID)]
        let maxima = try await self.reader.certainMaxima(of: Array(Set(ids)))
        return .with { $0.maxSeqs = maxima.filter { $0.value > 0 } }
    }

    package func pullMessageBySeqs(
        _ request: Openim_Sdkws_PullMessageBySeqsReq,
        _ context: CallContext
    ) async throws -> Openim_Sdkws_PullMessageBySeqsResp {
        try context.requireSelf(request.userID)
        let readable = try await self.readable(request.seqRanges.map(\.conversationID), by: request.userID)
        let bounds = try await self.reader.bounds(of: Array(readable))
        var budget = PullBudget()
        var response = Openim_Sdkws_PullMessageBySeqsResp()
        for range in request.seqRanges {
            guard let bound = bounds[range.conversationID] else { continue }
            let isNotification = ConversationID.isNotification(range.conversationID)
            let seqs = SeqWindow.seqs(
                from: range.begin,
                to: range.end,
                last: isNotification ? nil : range.num,
                within: bound
            )
            guard !seqs.isEmpty else { continue }
            try budget.take(messages: seqs.count)
            let messages = try await self.messages(range.conversationID, seqs: Array(seqs))
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
        let readable = try await self.readable(request.conversations.map(\.conversationID), by: request.userID)
        let bounds = try await self.reader.bounds(of: Array(readable))
        var budget = PullBudget()
        var response = Openim_Msg_GetSeqMessageResp()
        for asked in request.conversations where readable.contains(asked.conversationID) {
            var pulled = Openim_Sdkws_PullMsgs()
            if let bound = bounds[asked.conversationID] {
                let seqs = asked.seqs.filter { bound.contains($0) }
                try budget.take(messages: seqs.count)
                pulled.msgs = try await self.messages(asked.conversationID, seqs: seqs)
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

    /// Messages that are known but have not reached the history in time are an error that asks for a retry: a client takes
    /// whatever is left out for read.
    private func messages(_ conversationID: String, seqs: [Int64]) async throws -> [Openim_Sdkws_MsgData] {
        do {
            return try await self.reader.messages(conversationID, seqs: seqs)
        } catch StorageError.historyBehind {
            throw IMError(.serverInternal, "the history of \(conversationID) is behind; try again")
        }
    }

    /// Those of the conversations that the user may read: its own chats, their notification twins, its own
    /// notifications.
    private func readable(_ conversationIDs: [String], by userID: String) async throws -> Set<String> {
        let asked = Set(conversationIDs)
        var readable: Set<String> = []
        if asked.contains(ConversationID.ownNotifications(of: userID)) {
            readable.insert(ConversationID.ownNotifications(of: userID))
        }
        let chats = asked.filter { !ConversationID.isNotification($0) }
        let hasTwins = asked.contains { ConversationID.isNotification($0) && !readable.contains($0) }
        let owned =
            hasTwins
            ? Set(try await self.conversations.conversationIDs(of: userID))
            : try await self.conversations.owned(by: userID, of: Array(chats))
        readable.formUnion(chats.intersection(owned))
        readable.formUnion(asked.intersection(owned.map(ConversationID.notificationTwin)))
        return readable
    }
}
