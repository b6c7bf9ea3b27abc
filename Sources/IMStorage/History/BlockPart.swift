import IMProtocol
import Mongo

/// The messages of one write that share a block.
struct BlockPart: Sendable {
    struct Message: Sendable {
        let slot: Int
        let identity: MessageIdentity
        let data: Openim_Sdkws_MsgData
    }

    let conversationID: String
    let documentID: String
    let messages: [Message]

    /// Splits consecutive messages at the borders of blocks.
    static func split(_ run: SequencedMessages) throws -> [BlockPart] {
        var parts: [BlockPart] = []
        var rest = run.messages[...]
        while let first = rest.first {
            let number = MessageBlock.number(of: first.seq)
            let part = rest.prefix { MessageBlock.number(of: $0.seq) == number }
            rest = rest.dropFirst(part.count)
            let messages = try part.map { message in
                Message(
                    slot: MessageBlock.slot(of: message.seq),
                    identity: try MessageIdentity(
                        conversationID: run.conversationID,
                        sendID: message.sendID,
                        clientMsgID: message.clientMsgID
                    ),
                    data: message
                )
            }
            let documentID = MessageBlock.documentID(run.conversationID, number: number)
            parts.append(BlockPart(conversationID: run.conversationID, documentID: documentID, messages: messages))
        }
        return parts
    }

    /// The write of the normal path: all slots of this part at once, if all are empty.
    var update: MongoWrite {
        .updateOne(filter: self.filter, update: self.change, upsert: false)
    }

    /// One part for each of the messages.
    var singles: [BlockPart] {
        self.messages.map {
            BlockPart(conversationID: self.conversationID, documentID: self.documentID, messages: [$0])
        }
    }

    /// Whether `slots`, those of the stored block, hold these very messages.
    func isHeld(by slots: [BSONValue]) -> Bool {
        self.messages.allSatisfy { message in
            guard slots.indices.contains(message.slot), case .document(let slot) = slots[message.slot] else {
                return false
            }
            return slot.bytes("id") == message.identity.bytes
        }
    }

    /// The messages, each with the reason why it cannot be stored.
    func unstorable(_ reason: String) -> [HistoryStore.Unstorable] {
        self.messages.map { .init(conversationID: self.conversationID, message: $0.data, reason: reason) }
    }

    /// Matches the block when the slots of the messages are empty: their `id` is there and null.
    ///
    /// An emptied slot keeps its `id` and is not empty. The test is for the type, because `msgs.5.id: null` matches any
    /// block: MongoDB also reads the path as field "5" of every slot, and a field that is missing equals null.
    var filter: BSONDocument {
        var filter: BSONDocument = ["doc_id": .string(self.documentID)]
        for message in self.messages {
            filter.append("msgs.\(message.slot).id", .document(["$type": .string("null")]))
        }
        return filter
    }

    /// Fills the slots of the messages and widens the block's range of creation times.
    var change: BSONDocument {
        var set = BSONDocument()
        for message in self.messages {
            set.append("msgs.\(message.slot)", .document(Self.slotDocument(message)))
        }
        let times = self.messages.map(\.data.createTime)
        return [
            "$set": .document(set),
            "$min": .document(["c0": .int64(times.min() ?? 0)]),
            "$max": .document(["c1": .int64(times.max() ?? 0)]),
        ]
    }

    /// The block with this part in it and all other slots empty.
    var newBlock: BSONDocument {
        var slots = [BSONValue](repeating: .document(Self.emptySlot), count: Int(MessageBlock.size))
        for message in self.messages {
            slots[message.slot] = .document(Self.slotDocument(message))
        }
        let times = self.messages.map(\.data.createTime)
        return [
            "doc_id": .string(self.documentID),
            "conv": .string(self.conversationID),
            "c0": .int64(times.min() ?? 0),
            "c1": .int64(times.max() ?? 0),
            "msgs": .array(slots),
        ]
    }

    private static let emptySlot: BSONDocument = [
        "id": .null, "msg": .null, "revoke": .null, "del_list": .array([]), "is_read": .bool(false),
    ]

    private static func slotDocument(_ message: Message) -> BSONDocument {
        [
            "id": .binary(message.identity.bytes, subtype: 0),
            "msg": .document(MessageDocument.encode(message.data.asSent)),
            "revoke": .null,
            "del_list": .array([]),
            "is_read": .bool(false),
        ]
    }
}
