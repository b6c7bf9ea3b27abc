import IMProtocol

/// The messages of one write that share a block.
struct BlockPart: Sendable {
    /// A message and the slot it belongs in.
    struct Message: Sendable {
        let slot: Int
        let identity: MessageIdentity
        let data: Openim_Sdkws_MsgData
        /// What the slot was found to hold; nil before anybody looked: then it is believed to be empty, as this server
        /// makes it.
        var slotState: SlotState?
    }

    let conversationID: String
    /// The number of the block.
    let number: Int64
    var messages: [Message]
    /// Whether the block is believed to be absent, so that the write inserts it.
    var insertsBlock: Bool

    var documentID: String {
        MessageBlock.documentID(self.conversationID, number: self.number)
    }

    /// About how many bytes the messages take as BSON; no less than they do, as long as they keep the rules.
    var byteCount: Int {
        self.messages.reduce(0) { $0 + MessageDocument.byteCount(of: $1.data) }
    }

    /// Splits messages in order of seq at the borders of blocks.
    ///
    /// A part that begins with the first slot of its block is believed to begin the block.
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
            parts.append(
                BlockPart(
                    conversationID: run.conversationID,
                    number: number,
                    messages: messages,
                    insertsBlock: messages.first?.slot == 0
                )
            )
        }
        return parts
    }

    /// One part for each of the messages.
    var singles: [BlockPart] {
        self.messages.map {
            var single = self
            single.messages = [$0]
            return single
        }
    }

    /// The messages, each with the reason why it cannot be stored.
    func unstorable(_ reason: UnstorableMessage.Reason, _ detail: String) -> [UnstorableMessage] {
        self.messages.map {
            UnstorableMessage(conversationID: self.conversationID, message: $0.data, reason: reason, detail: detail)
        }
    }
}
