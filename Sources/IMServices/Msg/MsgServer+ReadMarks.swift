package import IMProtocol
import IMStorage
import ServerRuntime
import SwiftProtobuf

// What users have read.
//
// A mark is raised in Redis, for readers, and told in a notification (2200), whose way through the pipeline also brings it
// to the store. A mark above the greatest seq counts as that seq: a client may be ahead of what is known after a loss, and
// must not be refused.
extension MsgServer {
    /// Seqs of one request, and of one notification.
    private static let seqsMax = 5000

    package func markMsgsAsRead(
        _ request: Openim_Msg_MarkMsgsAsReadReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_MarkMsgsAsReadResp {
        try context.requireSelf(request.userID)
        guard !request.seqs.isEmpty else { throw IMError(.args, "seqs: is empty") }
        try Self.check(request.seqs)
        let row = try await self.row(request.conversationID, of: request.userID)
        let state = try await self.readState(of: row, reading: request.seqs.max() ?? 0)
        let seqs = request.seqs.filter { $0 <= state.maxSeq }
        guard let last = seqs.max() else { return Openim_Msg_MarkMsgsAsReadResp() }
        try await self.raise(row, from: state.hasReadSeq, to: last)
        let receipt = ReadReceipt(row: row, seqs: seqs, hasReadSeq: max(state.hasReadSeq, last))
        try await self.notify(receipt.toPeer(at: self.clock.milliseconds), context)
        try await self.markRead(seqs, in: row)
        return Openim_Msg_MarkMsgsAsReadResp()
    }

    package func markConversationAsRead(
        _ request: Openim_Msg_MarkConversationAsReadReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_MarkConversationAsReadResp {
        try context.requireSelf(request.userID)
        guard request.hasReadSeq_p >= 1 else {
            throw IMError(.args, "hasReadSeq: must be at least 1, got \(request.hasReadSeq_p)")
        }
        try Self.check(request.seqs)
        let row = try await self.row(request.conversationID, of: request.userID)
        let state = try await self.readState(of: row, reading: max(request.hasReadSeq_p, request.seqs.max() ?? 0))
        let target = min(request.hasReadSeq_p, state.maxSeq)
        try await self.raise(row, from: state.hasReadSeq, to: target)
        let hasReadSeq = max(state.hasReadSeq, target)
        guard row.type == SessionType.single.rawValue else {
            let receipt = ReadReceipt(row: row, seqs: request.seqs, hasReadSeq: hasReadSeq)
            if hasReadSeq > 0 { try await self.notify(receipt.toSelf(at: self.clock.milliseconds), context) }
            return Openim_Msg_MarkConversationAsReadResp()
        }
        let seqs = Self.newlyRead(from: state.hasReadSeq, to: target, and: request.seqs.filter { $0 <= state.maxSeq })
        // The peer's client takes an empty list for an error, and there is nothing to tell.
        guard !seqs.isEmpty else { return Openim_Msg_MarkConversationAsReadResp() }
        let receipt = ReadReceipt(row: row, seqs: seqs, hasReadSeq: hasReadSeq)
        try await self.notify(receipt.toPeer(at: self.clock.milliseconds), context)
        try await self.markRead(seqs, in: row)
        return Openim_Msg_MarkConversationAsReadResp()
    }

    package func setConversationHasReadSeq(
        _ request: Openim_Msg_SetConversationHasReadSeqReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_SetConversationHasReadSeqResp {
        try context.requireSelf(request.userID)
        guard request.hasReadSeq_p >= 1 else {
            throw IMError(.args, "hasReadSeq: must be at least 1, got \(request.hasReadSeq_p)")
        }
        let row = try await self.row(request.conversationID, of: request.userID)
        let state = try await self.readState(of: row, reading: request.hasReadSeq_p)
        let target = min(request.hasReadSeq_p, state.maxSeq)
        try await self.raise(row, from: state.hasReadSeq, to: target)
        let hasReadSeq = max(state.hasReadSeq, target)
        guard hasReadSeq > 0 else { return Openim_Msg_SetConversationHasReadSeqResp() }
        let receipt = ReadReceipt(row: row, seqs: [], hasReadSeq: hasReadSeq)
        try await self.notify(receipt.toSelf(at: self.clock.milliseconds), context)
        return Openim_Msg_SetConversationHasReadSeqResp()
    }

    package func getConversationsHasReadAndMaxSeq(
        _ request: Openim_Msg_GetConversationsHasReadAndMaxSeqReq,
        _ context: CallContext
    ) async throws -> Openim_Msg_GetConversationsHasReadAndMaxSeqResp {
        try context.requireSelf(request.userID)
        let conversations = self.dependencies.conversations
        let asked =
            request.conversationIds.isEmpty
            ? try await conversations.conversationIDs(of: request.userID) : Array(Set(request.conversationIds))
        let rows = try await self.rows(asked, of: request.userID)
        let owned = Array(rows.keys)
        let maxima = try await self.dependencies.reader.certainMaxima(of: owned)
        let readSeqs = try await self.hasReadSeqs(of: request.userID, in: owned)
        var response = Openim_Msg_GetConversationsHasReadAndMaxSeqResp()
        for (conversationID, row) in rows {
            response.seqs[conversationID] = .with {
                $0.maxSeq = row.maxSeq > 0 ? row.maxSeq : maxima[conversationID] ?? 0
                $0.hasReadSeq_p = readSeqs[conversationID] ?? 0
            }
        }
        if request.returnPinned {
            response.pinnedConversationIds = try await conversations.pinnedIDs(of: request.userID)
        }
        return response
    }

    // MARK: - Steps

    private static func check(_ seqs: [Int64]) throws(IMError) {
        guard seqs.count <= self.seqsMax else {
            throw IMError(.args, "seqs: holds more than \(self.seqsMax) elements")
        }
        guard seqs.allSatisfy({ $0 >= 1 }) else { throw IMError(.args, "seqs: an element is less than 1") }
    }

    private func row(_ conversationID: String, of userID: String) async throws -> ConversationRecord {
        guard !conversationID.isEmpty else { throw IMError(.args, "conversationID: is empty") }
        guard let row = try await self.rows([conversationID], of: userID)[conversationID] else {
            throw IMError(.recordNotFound, "conversationID: \(userID) has no conversation \(conversationID)")
        }
        return row
    }

    private func readState(
        of row: ConversationRecord,
        reading wanted: Int64
    ) async throws -> (maxSeq: Int64, hasReadSeq: Int64) {
        let conversationID = row.conversationID
        let bounds = try await self.answering {
            try await self.dependencies.reader.bounds(of: [conversationID: wanted])
        }
        let readSeqs = try await self.hasReadSeqs(of: row.ownerUserID, in: [conversationID])
        return (bounds[conversationID]?.upperBound ?? 0, readSeqs[conversationID] ?? 0)
    }

    /// The greater of what is on its way and what is stored, of each conversation.
    private func hasReadSeqs(of userID: String, in conversationIDs: [String]) async throws -> [String: Int64] {
        async let cached = self.dependencies.readSeqs.readSeqs(of: userID, in: conversationIDs)
        let stored = try await self.dependencies.positions.positions(of: userID, in: conversationIDs)
        return try await cached.merging(stored.mapValues(\.readSeq), uniquingKeysWith: max)
    }

    private func raise(_ row: ConversationRecord, from hasReadSeq: Int64, to target: Int64) async throws {
        guard target > hasReadSeq else { return }
        let mark = ReadMark(conversationID: row.conversationID, userID: row.ownerUserID, seq: target)
        try await self.dependencies.readSeqs.raise([mark])
    }

    /// The seqs above `hasReadSeq` up to `target` and those that are listed; when they are too many, the greatest ones.
    private static func newlyRead(from hasReadSeq: Int64, to target: Int64, and listed: [Int64]) -> [Int64] {
        var seqs = Set(listed)
        if target > hasReadSeq {
            seqs.formUnion(max(hasReadSeq + 1, target - Int64(self.seqsMax) + 1)...target)
        }
        return seqs.sorted().suffix(self.seqsMax)
    }

    /// Marks messages of a single chat in the history.
    ///
    /// Last, for it may have to wait for the history; what fails here is told to the client, and may all be repeated.
    private func markRead(_ seqs: [Int64], in row: ConversationRecord) async throws {
        guard row.type == SessionType.single.rawValue else { return }
        try await self.answering {
            try await self.dependencies.marker.markRead(row.conversationID, seqs: seqs, by: row.ownerUserID)
        }
        try await self.dependencies.stale.evict(row.conversationID, seqs: seqs)
    }
}
