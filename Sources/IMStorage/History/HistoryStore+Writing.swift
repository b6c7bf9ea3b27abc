package import IMProtocol
import Mongo

extension HistoryStore {
    /// A message that could not be stored because its slot holds another one.
    package struct SlotConflict: Sendable {
        package let conversationID: String
        package let message: Openim_Sdkws_MsgData
    }

    /// Writes messages into their slots; a slot that is filled already stays as it is.
    ///
    /// The normal path is one bulk with one update a block, whose filter asks that all its slots are empty. Only when
    /// not every update matched are blocks created or slots taken one by one.
    ///
    /// - Returns: messages whose slot holds a different message, which the rules of the pipeline make impossible.
    package func store(_ runs: [SequencedMessages]) async throws -> [SlotConflict] {
        let parts = try runs.flatMap { try BlockPart.split($0) }
        guard !parts.isEmpty else { return [] }
        let result = try await self.blocks.bulkWrite(parts.map(\.update), ordered: false)
        if result.errors.isEmpty, result.matched == parts.count { return [] }
        var conflicts: [SlotConflict] = []
        for part in parts {
            conflicts += try await self.storeCarefully(part)
        }
        return conflicts
    }

    /// Creates the block of `part`, or fills those of its slots that are still empty.
    private func storeCarefully(_ part: BlockPart) async throws -> [SlotConflict] {
        do {
            try await self.blocks.insertOne(part.newBlock)
            return []
        } catch {
            // The block exists: fill its slots one by one.
            guard error.code == .duplicateKey else { throw error }
        }
        var conflicts: [SlotConflict] = []
        for message in part.messages {
            let result = try await self.blocks.updateOne(part.filter([message]), part.change([message]), upsert: false)
            if result.matched == 0, try await !self.holds(message, of: part) {
                conflicts.append(SlotConflict(conversationID: part.conversationID, message: message.data))
            }
        }
        return conflicts
    }

    private func holds(_ message: BlockPart.Message, of part: BlockPart) async throws -> Bool {
        let filter: BSONDocument = [
            "doc_id": .string(part.documentID),
            "msgs.\(message.slot).id": .binary(message.identity.bytes, subtype: 0),
        ]
        let fields: BSONDocument = ["doc_id": .int32(1)]
        return try await !self.blocks.find(filter, options: MongoFindOptions(projection: fields)).isEmpty
    }
}
