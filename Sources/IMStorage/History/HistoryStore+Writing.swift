import Mongo

extension HistoryStore {
    /// How often a bulk is compared with what is stored and written again, before somebody else must be the cause.
    private static let roundsMax = 16

    /// Writes messages into their slots; a slot that is filled already stays as it is, so repeating is harmless.
    ///
    /// The normal path is one unordered bulk: an update for each block, whose filter asks that all slots of the batch are
    /// empty, or the insertion of a block that begins. Only when that did not write everything are the blocks looked at,
    /// and what is missing is written in the same way; a batch that is repeated is found complete by that one query.
    ///
    /// - Parameter runs: messages of any conversations; one that occurs twice is written once.
    /// - Returns: messages whose slot holds a different message, or that MongoDB will never take. The rules of accepted
    ///   messages (`MessageRules`) keep a block of 100 below 16 MiB, so that only foreign messages can be too large.
    /// - Throws: errors that may pass; some of the messages may have been written then.
    package func store(_ runs: [SequencedMessages]) async throws -> [UnstorableMessage] {
        var unstorable: [UnstorableMessage] = []
        for bulk in try BlockBatch(runs).bulks {
            let (repeats, refused) = try await self.store(bulk)
            unstorable += refused
            let count = bulk.reduce(0) { $0 + $1.messages.count }
            self.metrics.stored(count - refused.count, repeats: repeats)
        }
        for message in unstorable { self.metrics.unstorable(message.reason) }
        return unstorable
    }

    /// Writes parts of different blocks.
    private func store(_ bulk: [BlockPart]) async throws -> (repeats: Int, unstorable: [UnstorableMessage]) {
        var unstorable: [UnstorableMessage] = []
        var repeats = 0
        var open = try await self.write(bulk, &unstorable)
        var rounds = 0
        while !open.isEmpty {
            rounds += 1
            guard rounds <= Self.roundsMax else {
                throw StorageError.contended("blocks of the history change while they are written")
            }
            let comparison = BlockComparison(of: open, with: try await self.slots(of: open))
            if rounds == 1 { repeats = comparison.repeats }
            unstorable += comparison.unstorable
            open = try await self.write(comparison.missing, &unstorable)
        }
        return (repeats, unstorable)
    }

    /// Sends one bulk.
    ///
    /// - Returns: the parts that it may not have written.
    private func write(
        _ parts: [BlockPart],
        _ unstorable: inout [UnstorableMessage]
    ) async throws -> [BlockPart] {
        guard !parts.isEmpty else { return [] }
        let result: MongoBulkResult
        do {
            result = try await self.blocks.bulkWrite(parts.map(\.write), ordered: false)
        } catch {
            guard error.isPermanent else { throw error }
            return try await self.writeApart(parts, error, &unstorable)
        }
        let failed = Dictionary(result.errors.map { ($0.index, $0.error) }, uniquingKeysWith: { first, _ in first })
        var open: [BlockPart] = []
        // Which of the updates found their block is not told, only how many.
        let updates = parts.indices.filter { !parts[$0].insertsBlock && failed[$0] == nil }
        if result.matched < updates.count { open += updates.map { parts[$0] } }
        for (index, error) in failed where parts.indices.contains(index) {
            if error.code == .duplicateKey {
                open.append(parts[index])
            } else if error.isPermanent {
                open += parts[index].withoutRefused(error, &unstorable)
            } else {
                throw error
            }
        }
        return open
    }

    /// Finds out which of `parts`, refused together, is at fault.
    private func writeApart(
        _ parts: [BlockPart],
        _ error: MongoError,
        _ unstorable: inout [UnstorableMessage]
    ) async throws -> [BlockPart] {
        guard parts.count > 1 else { return parts.flatMap { $0.withoutRefused(error, &unstorable) } }
        let half = parts.count / 2
        let first = try await self.write(Array(parts[..<half]), &unstorable)
        return first + (try await self.write(Array(parts[half...]), &unstorable))
    }
}

extension BlockPart {
    /// The messages one by one after they were refused together; a single one is given up.
    fileprivate func withoutRefused(_ error: MongoError, _ unstorable: inout [UnstorableMessage]) -> [BlockPart] {
        guard self.messages.count == 1 else { return self.singles }
        let isTooLarge = error.isTooLarge || self.byteCount > BlockBatch.documentBytesMax
        unstorable += self.unstorable(isTooLarge ? .tooLarge : .refused, "\(error)")
        return []
    }
}

extension MongoError {
    /// Whether trying again cannot help: the document itself is refused, by the driver or by the server.
    fileprivate var isPermanent: Bool {
        let refused: [Int32] = [2, 9, 22, 28, 52, 56, 57]  // bad values, paths and names of fields
        return self.code == .invalidArgument || self.code == .invalidDocument || self.isTooLarge
            || self.serverCode.map(refused.contains) ?? false
    }

    /// Whether a document, or what an update makes of it, exceeds 16 MiB.
    fileprivate var isTooLarge: Bool {
        let tooLarge: [Int32] = [10_334, 17_280, 17_419, 17_420]
        return self.serverCode.map(tooLarge.contains) ?? false
    }
}
