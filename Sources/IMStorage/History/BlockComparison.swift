/// Parts that may not have been written, compared with what their blocks hold.
struct BlockComparison {
    /// What is still to be written, with the state that each slot is in.
    private(set) var missing: [BlockPart] = []
    /// Messages that can never be written.
    private(set) var unstorable: [UnstorableMessage] = []
    /// Messages that stand in their slots.
    private(set) var repeats = 0

    /// - Parameters:
    ///   - parts: what was to be written.
    ///   - blocks: the state of the slots of each block that exists, by document id.
    init(of parts: [BlockPart], with blocks: [String: [SlotState]]) {
        for part in parts {
            guard let slots = blocks[part.documentID] else {
                self.missing.append(part.asInsert(true))
                continue
            }
            var left = part.asInsert(false)
            left.messages = part.messages.compactMap { self.compare($0, of: part, with: slots) }
            if !left.messages.isEmpty { self.missing.append(left) }
        }
    }

    /// The message with the state of its slot; nil when there is nothing to be written.
    private mutating func compare(
        _ message: BlockPart.Message,
        of part: BlockPart,
        with slots: [SlotState]
    ) -> BlockPart.Message? {
        var message = message
        message.slotState = slots.indices.contains(message.slot) ? slots[message.slot] : .malformed
        var single = part
        single.messages = [message]
        switch message.slotState {
        case .free, .null: return message
        case .held(message.identity): self.repeats += 1
        case .held: self.unstorable += single.unstorable(.slotTaken, "the slot is taken by another message")
        case .malformed, nil: self.unstorable += single.unstorable(.malformedBlock, "the block has no such slot")
        }
        return nil
    }
}

extension BlockPart {
    fileprivate func asInsert(_ insertsBlock: Bool) -> BlockPart {
        var part = self
        part.insertsBlock = insertsBlock
        if insertsBlock {
            for index in part.messages.indices { part.messages[index].slotState = nil }
        }
        return part
    }
}
