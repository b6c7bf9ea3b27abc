import Mongo

// What happens to messages after they were stored. Each waits until the head of the conversation has reached the
// messages, for a change that comes before its message would find nothing and be lost; each may be repeated.
extension HistoryStore {
    /// What became of an attempt to revoke.
    package enum RevocationResult: Sendable, Hashable {
        /// The message is revoked now.
        case revoked
        /// It was revoked before, and that stays as it was.
        case revokedBefore
        /// There is no such message, or its content was deleted.
        case missing
    }

    /// Revokes a message; it stays stored, and readers get the revocation instead.
    ///
    /// - Parameters:
    ///   - conversationID: the conversation.
    ///   - seq: the message.
    ///   - revocation: who revokes it and when.
    /// - Returns: what became of it.
    /// - Throws: `StorageError.historyBehind` when the message has not reached the history in time.
    package func revoke(
        _ conversationID: String,
        seq: Int64,
        _ revocation: Revocation
    ) async throws -> RevocationResult {
        guard (1...SequencedMessages.seqMax).contains(seq) else { return .missing }
        try await self.waitForHead(of: conversationID, atLeast: seq)
        let slot = MessageBlock.slot(of: seq)
        let filter: BSONDocument = [
            "doc_id": .string(MessageBlock.documentID(conversationID, seq: seq)),
            SlotKeys.message[slot]: .document(["$type": "object"]),
            SlotKeys.revoke[slot]: .document(["$not": .document(["$type": "object"])]),
        ]
        let change: BSONDocument = ["$set": .document([SlotKeys.revoke[slot]: .document(revocation.document)])]
        if try await self.blocks.updateOne(filter, change).matched > 0 { return .revoked }
        return try await self.stored(conversationID, seqs: [seq]).isEmpty ? .missing : .revokedBefore
    }

    /// Marks messages of a single chat as read by their receiver.
    ///
    /// - Parameters:
    ///   - conversationID: the conversation.
    ///   - seqs: the messages; those that `userID` sent, and those that do not exist, stay as they are.
    ///   - userID: who has read them.
    /// - Throws: `StorageError.historyBehind` when they have not reached the history in time.
    package func markRead(_ conversationID: String, seqs: [Int64], by userID: String) async throws {
        try await self.change(conversationID, seqs) { block, seqs in
            [
                .updateOne(
                    filter: block,
                    update: ["$set": .document(["msgs.$[slot].is_read": .bool(true)])],
                    arrayFilters: [["slot.msg.seq": seqs, "slot.msg.send_id": .document(["$ne": .string(userID)])]]
                )
            ]
        }
    }

    /// Deletes messages for one user; others still see them.
    ///
    /// - Parameters:
    ///   - conversationID: the conversation.
    ///   - seqs: the messages; those that do not exist are passed by.
    ///   - userID: who does not want to see them any more.
    /// - Throws: `StorageError.historyBehind` when they have not reached the history in time.
    package func delete(_ conversationID: String, seqs: [Int64], for userID: String) async throws {
        try await self.change(conversationID, seqs) { block, seqs in
            [
                // Nothing can be added to a null, which OpenIM's own server may have left there.
                .updateOne(
                    filter: block,
                    update: ["$set": .document(["msgs.$[slot].del_list": .array([])])],
                    arrayFilters: [["slot.msg.seq": seqs, "slot.del_list": .null]]
                ),
                .updateOne(
                    filter: block,
                    update: ["$addToSet": .document(["msgs.$[slot].del_list": .string(userID)])],
                    arrayFilters: [["slot.msg.seq": seqs]]
                ),
            ]
        }
    }

    /// Deletes the content of messages for everybody; their seqs and identities stay used.
    ///
    /// - Parameters:
    ///   - conversationID: the conversation.
    ///   - seqs: the messages; those that do not exist are passed by.
    /// - Throws: `StorageError.historyBehind` when they have not reached the history in time.
    package func deletePhysically(_ conversationID: String, seqs: [Int64]) async throws {
        let blocks = MessageBlock.numbers(of: seqs)
        guard let last = blocks.last, let slot = last.slots.last else { return }
        try await self.waitForHead(of: conversationID, atLeast: MessageBlock.seq(number: last.number, slot: slot))
        for (number, slots) in blocks {
            let part = BlockPart(conversationID: conversationID, number: number, messages: [], insertsBlock: false)
            guard let states = try await self.slots(of: [part])[part.documentID] else { continue }
            var set = BSONDocument()
            for slot in slots where states.indices.contains(slot) {
                guard case .held(let identity) = states[slot] else { continue }
                set.append(SlotKeys.slot[slot], .document(Self.emptied(identity)))
            }
            // Below the head the identity of a slot never changes, so nothing can have come in between.
            guard !set.isEmpty else { continue }
            try await self.blocks.updateOne(["doc_id": .string(part.documentID)], ["$set": .document(set)])
        }
    }

    /// A slot whose content was deleted: with `id`, so that neither its seq nor its message looks new.
    private static func emptied(_ identity: MessageIdentity) -> BSONDocument {
        [
            "id": .binary(identity.bytes, subtype: 0), "msg": .null, "revoke": .null, "del_list": .array([]),
            "is_read": .bool(false),
        ]
    }

    /// Changes slots of blocks.
    ///
    /// - Parameters:
    ///   - conversationID: the conversation.
    ///   - seqs: what is to be changed.
    ///   - writes: the updates of one block, in order, since some prepare others; gets a filter that matches the block
    ///     and a condition that the seqs of its messages meet.
    /// - Throws: `StorageError.historyBehind`, and errors that may pass; some blocks may have been changed then.
    private func change(
        _ conversationID: String,
        _ seqs: [Int64],
        _ writes: (_ block: BSONDocument, _ seqs: BSONValue) -> [MongoWrite]
    ) async throws {
        let blocks = MessageBlock.numbers(of: seqs)
        guard let last = blocks.last, let slot = last.slots.last else { return }
        try await self.waitForHead(of: conversationID, atLeast: MessageBlock.seq(number: last.number, slot: slot))
        for (number, slots) in blocks {
            // In a damaged block there may be no array to be searched, which would be an error.
            let block: BSONDocument = [
                "doc_id": .string(MessageBlock.documentID(conversationID, number: number)),
                "msgs": .document(["$type": "array"]),
            ]
            let wanted = slots.map { BSONValue.int64(MessageBlock.seq(number: number, slot: $0)) }
            let operations = writes(block, .document(["$in": .array(wanted)]))
            try await self.blocks.bulkWrite(operations, ordered: true).orThrow()
        }
    }
}
