package import IMStorage

/// The history of a server.
package struct HistoryAccess: PipelineHistory {
    private let store: HistoryStore

    package init(_ store: HistoryStore) {
        self.store = store
    }

    package func position(of partition: Int32) async throws -> PipelinePosition? {
        try await self.store.position(of: partition)
    }

    package func opening(
        of conversationIDs: [String],
        _ progress: HistoryProgress
    ) async throws -> [String: ConversationOpening] {
        // Each read of a session sees at least what the one before it saw; the first one is the position.
        let (heads, newest) = try await self.store.withCausalReads { session in
            try self.check(await self.store.position(of: progress.partition, session: session), progress)
            let heads = try await self.store.heads(of: conversationIDs, session: session)
            return (heads, try await self.store.newest(heads, before: 1, session: session))
        }
        return heads.reduce(into: [:]) { openings, head in
            openings[head.key] = ConversationOpening(head: head.value, newest: newest[head.key] ?? [])
        }
    }

    package func seqs(
        of messages: [SoughtMessage],
        _ progress: HistoryProgress
    ) async throws -> [MessageIdentity: Int64] {
        try await self.store.withCausalReads { session in
            try self.check(await self.store.position(of: progress.partition, session: session), progress)
            return try await self.store.seqs(of: messages, session: session)
        }
    }

    /// Makes sure that the history is as far as it was known to be.
    private func check(_ position: PipelinePosition?, _ progress: HistoryProgress) throws {
        let next = position?.next ?? 0
        guard next >= progress.next else { throw StorageError.historyOlder(next: next, expected: progress.next) }
    }

    package func store(_ runs: [SequencedMessages]) async throws -> [UnstorableMessage] {
        try await self.store.store(runs)
    }

    package func raiseHeads(_ runs: [SequencedMessages]) async throws {
        try await self.store.raiseHeads(runs)
    }

    package func savePosition(of partition: Int32, _ position: PipelinePosition) async throws {
        try await self.store.savePosition(of: partition, position)
    }
}
