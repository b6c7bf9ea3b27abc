package import IMProtocol
import IMStorage
import SwiftProtobuf

extension MsgServer {
    /// Messages that one request may ask for, so that an answer stays bounded.
    private static let messagesPerRequestMax = 1000

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
        var budget = Self.messagesPerRequestMax
        var response = Openim_Sdkws_PullMessageBySeqsResp()
        for range in request.seqRanges {
            guard let bound = bounds[range.conversationID] else { continue }
            let isNotification = ConversationID.isNotification(range.conversationID)
            let seqs = SeqWindow.seqs(
                from: range.begin,
                to: range.end,
                last: isNotification ? nil : range.num,
                within: bound,
                max: budget
            )
            guard !seqs.isEmpty else { continue }
            budget -= seqs.count
            let messages = try await self.reader.messages(range.conversationID, seqs: Array(seqs))
            let isEnd = request.order == .asc ? bound.upperBound <= range.end : range.begin <= bound.lowerBound
            let pulled = Openim_Sdkws_PullMsgs.with {
                $0.msgs = messages
                $0.isEnd = isEnd
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
        var budget = Self.messagesPerRequestMax
        var response = Openim_Msg_GetSeqMessageResp()
        for asked in request.conversations {
            guard let bound = bounds[asked.conversationID] else { continue }
            let seqs = asked.seqs.filter { bound.contains($0) }.prefix(budget)
            budget -= seqs.count
            var pulled = Openim_Sdkws_PullMsgs()
            pulled.msgs = try await self.reader.messages(asked.conversationID, seqs: Array(seqs))
            if request.order == .desc, asked.seqs.contains(where: { $0 > 0 && $0 < bound.lowerBound }) {
                pulled.isEnd = true
                pulled.endSeq = bound.lowerBound
            } else if request.order == .asc, asked.seqs.contains(where: { $0 > bound.upperBound }) {
                pulled.isEnd = true
                pulled.endSeq = bound.upperBound
            }
            if ConversationID.isNotification(asked.conversationID) {
                response.notificationMsgs[asked.conversationID] = pulled
            } else {
                response.msgs[asked.conversationID] = pulled
            }
        }
        return response
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
