import Mongo

extension HistoryStore {
    /// Blocks that one query looks at; only ids are read of them.
    private static let blocksPerQuery = 200

    /// The states of all slots of those blocks of `parts` that exist, by document id.
    func slots(of parts: [BlockPart]) async throws -> [String: [SlotState]] {
        let conversations = Dictionary(parts.map { ($0.documentID, $0.conversationID) }) { first, _ in first }
        var states: [String: [SlotState]] = [:]
        var rest = conversations.keys.sorted()[...]
        while !rest.isEmpty {
            let some = rest.prefix(Self.blocksPerQuery)
            rest = rest.dropFirst(Self.blocksPerQuery)
            let match: BSONDocument = ["doc_id": .document(["$in": .array(some.map { .string($0) })])]
            let blocks = try await self.blocks.aggregateAll([["$match": .document(match)], Self.slotSummary])
            for block in blocks {
                let documentID = block.text("doc_id")
                guard let conversationID = conversations[documentID] else { continue }
                states[documentID] = block.array("slots").map { SlotState(summary: $0, in: conversationID) }
            }
        }
        return states
    }

    /// Of each slot its identity, or what it can be made from.
    ///
    /// A projection of the fields would leave out slots that are null, and the others would move up.
    private static let slotSummary: BSONDocument = {
        let slot: BSONDocument = [
            "slot": .document(["$type": "$$slot"]), "id": "$$slot.id", "msg": .document(["$type": "$$slot.msg"]),
            "sender": "$$slot.msg.send_id", "client": "$$slot.msg.client_msg_id",
        ]
        let each: BSONDocument = ["$map": .document(["input": "$msgs", "as": "slot", "in": .document(slot)])]
        return ["$project": .document(["doc_id": .int32(1), "slots": .document(Self.ifArray(each))])]
    }()
}

extension SlotState {
    /// The state that a summary of `slotSummary` tells.
    init(summary: BSONValue, in conversationID: String) {
        guard case .document(let summary) = summary else {
            self = .malformed
            return
        }
        let (slot, message) = (summary.text("slot"), summary.text("msg"))
        if let identity = MessageIdentity(bytes: summary.bytes("id")) {
            self = .held(identity)
        } else if slot == "null" {
            self = .null
        } else if slot != "object" || (summary["id"] ?? .null) != .null {
            self = .malformed
        } else if message == "object" {
            // OpenIM's own server writes no id.
            let identity = try? MessageIdentity(
                conversationID: conversationID,
                sendID: summary.text("sender"),
                clientMsgID: summary.text("client")
            )
            self = identity.map { .held($0) } ?? .malformed
        } else {
            self = ["null", "missing", "undefined"].contains(message) ? .free : .malformed
        }
    }
}
