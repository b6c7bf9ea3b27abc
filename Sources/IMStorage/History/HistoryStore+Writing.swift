package import IMProtocol
import Mongo

extension HistoryStore {
    /// A message that can never be stored, which the rules of the pipeline should have made impossible.
    package struct Unstorable: Sendable {
        package let conversationID: String
        package let message: Openim_Sdkws_MsgData
        package let reason: String
    }

    /// Writes messages into their slots; a slot that is filled already stays as it is.
    ///
    /// The normal path is one bulk with one update a block, whose filter asks that all its slots are empty. Only when
    /// not every update matched are blocks created or slots taken one by one.
    ///
    /// - Returns: messages whose slot holds a different message, or that MongoDB will never take.
    package func store(_ runs: [SequencedMessages]) async throws -> [Unstorable] {
        let parts = try runs.flatMap { try BlockPart.split($0) }
        guard !parts.isEmpty, try await !self.storeAtOnce(parts) else { return [] }
        var unstorable: [Unstorable] = []
        for part in parts {
            unstorable += try await self.storeCarefully(part)
        }
        return unstorable
    }

    /// Whether every part found its block with all its slots empty.
    private func storeAtOnce(_ parts: [BlockPart]) async throws -> Bool {
        do {
            let result = try await self.blocks.bulkWrite(parts.map(\.update), ordered: false)
            return result.errors.isEmpty && result.matched == parts.count
        } catch {
            guard Self.isPermanent(error) else { throw error }
            return false
        }
    }

    /// Creates the block of `part`, or fills those of its slots that are still empty.
    private func storeCarefully(_ part: BlockPart) async throws -> [Unstorable] {
        do {
            try await self.blocks.insertOne(part.newBlock)
            return []
        } catch {
            // The block exists, or it cannot be written as a whole: take the messages one by one.
            guard error.code == .duplicateKey || Self.isPermanent(error) else { throw error }
            if error.code != .duplicateKey, part.messages.count == 1 { return part.unstorable("\(error)") }
        }
        var unstorable: [Unstorable] = []
        for single in part.singles {
            unstorable += try await self.storeSlot(single)
        }
        return unstorable
    }

    /// Fills the one slot of `single` if it is empty; without the block it is created.
    private func storeSlot(_ single: BlockPart) async throws -> [Unstorable] {
        do {
            if try await self.blocks.updateOne(single.filter, single.change, upsert: false).matched > 0 { return [] }
            let block = try await self.blocks.find(
                ["doc_id": .string(single.documentID)],
                options: MongoFindOptions(projection: ["doc_id": .int32(1), "msgs.id": .int32(1)])
            )
            guard let slots = block.first?.array("msgs") else { return try await self.storeCarefully(single) }
            return single.isHeld(by: slots) ? [] : single.unstorable("the slot is taken by another message")
        } catch {
            guard let permanent = error as? MongoError, Self.isPermanent(permanent) else { throw error }
            return single.unstorable("\(permanent)")
        }
    }

    /// Whether trying again cannot help: the document itself is refused, by libmongoc or for its size by the server.
    private static func isPermanent(_ error: MongoError) -> Bool {
        let tooLarge: [Int32] = [10_334, 17_419, 17_420]
        return error.code == .invalidArgument || error.code == .invalidDocument
            || error.serverCode.map(tooLarge.contains) ?? false
    }
}
