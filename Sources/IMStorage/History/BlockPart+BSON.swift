import IMProtocol
import Mongo

extension BlockPart {
    /// The write of this part: the block with its messages, or an update of the slots if none of them is filled.
    var write: MongoWrite {
        self.insertsBlock
            ? .insertOne(self.newBlock) : .updateOne(filter: self.filter, update: self.change, upsert: false)
    }

    /// Matches the block when none of the slots of the messages is filled.
    ///
    /// An empty slot has an `id` that is null. The test is for the type, because the path `msgs.5.id` also means field "5"
    /// of every slot, which is absent, and what is absent equals null: `null` would match any block. A filled slot is never
    /// matched, also when it holds the same message: it may have been revoked, read or deleted meanwhile, and the write
    /// would undo that. Of the fields in the filter `doc_id` alone has an index.
    var filter: BSONDocument {
        BSONDocument.build(reserving: 64 + 40 * self.messages.count) { filter in
            filter.append("doc_id", self.documentID)
            for message in self.messages {
                switch message.slotState {
                case .free:
                    filter.append(SlotKeys.id[message.slot], Self.noIdentity)
                    filter.append(SlotKeys.message[message.slot], Self.noMessage)
                case .null:
                    filter.append(SlotKeys.slot[message.slot], Self.isNull)
                case nil, .held, .malformed:
                    filter.append(SlotKeys.id[message.slot], Self.isNull)
                }
            }
        }
    }

    private static let isNull: BSONDocument = ["$type": "null"]
    private static let noIdentity: BSONDocument = ["$not": .document(["$type": "binData"])]
    private static let noMessage: BSONDocument = ["$not": .document(["$type": "object"])]

    /// Fills the slots of the messages and widens the block's range of creation times.
    var change: BSONDocument {
        let (first, last) = self.createTimes
        return BSONDocument.build(reserving: self.byteCount + 128) { update in
            update.appendDocument("$set") { set in
                set.append("conv", self.conversationID)
                for message in self.messages {
                    if message.slotState == .free {
                        set.append(SlotKeys.id[message.slot], binary: message.identity.bytes)
                        set.appendDocument(SlotKeys.message[message.slot]) {
                            MessageDocument.appendSent(message.data, to: &$0)
                        }
                    } else {
                        set.appendDocument(SlotKeys.slot[message.slot]) { MessageDocument.appendSlot(message, to: &$0) }
                    }
                }
            }
            update.appendDocument("$min") { $0.append("c0", first) }
            update.appendDocument("$max") { $0.append("c1", last) }
        }
    }

    /// The block with this part in it and all other slots empty.
    var newBlock: BSONDocument {
        let (first, last) = self.createTimes
        return BSONDocument.build(reserving: self.byteCount + 6500) { block in
            block.append("doc_id", self.documentID)
            block.append("conv", self.conversationID)
            block.append("c0", first)
            block.append("c1", last)
            block.appendArray("msgs") { slots in
                var rest = self.messages.sorted { $0.slot < $1.slot }[...]
                for index in 0..<Int(MessageBlock.size) {
                    slots.appendDocument { slot in
                        if let message = rest.first, message.slot == index {
                            MessageDocument.appendSlot(message, to: &slot)
                            rest = rest.dropFirst()
                        } else {
                            MessageDocument.appendEmptySlot(to: &slot)
                        }
                    }
                }
            }
        }
    }

    private var createTimes: (first: Int64, last: Int64) {
        let times = self.messages.lazy.map(\.data.createTime)
        return (times.min() ?? 0, times.max() ?? 0)
    }
}
