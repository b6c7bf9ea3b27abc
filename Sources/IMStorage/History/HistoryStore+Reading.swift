package import IMProtocol
import Mongo

extension HistoryStore {
    /// What a conversation's newest stored messages are recognised by when they come again.
    package struct KnownMessage: Sendable, Hashable {
        package let identity: MessageIdentity
        package let seq: Int64
    }

    /// The stored messages of a conversation among `seqs`; those that are missing or emptied are absent.
    package func messages(_ conversationID: String, seqs: [Int64]) async throws -> [Int64: Openim_Sdkws_MsgData] {
        let wanted = Set(seqs.filter { $0 > 0 && $0 <= SequencedMessages.seqMax })
        var rest = Set(wanted.map { MessageBlock.documentID(conversationID, seq: $0) }).sorted()[...]
        var messages: [Int64: Openim_Sdkws_MsgData] = [:]
        while !rest.isEmpty {
            let some = rest.prefix(Self.blocksPerQuery)
            rest = rest.dropFirst(Self.blocksPerQuery)
            let filter: BSONDocument = ["doc_id": .document(["$in": .array(some.map { .string($0) })])]
            for block in try await self.blocks.find(filter) {
                for case .document(let slot) in block.array("msgs") {
                    guard let document = slot.document("msg") else { continue }
                    let seq = document.int64("seq")
                    if wanted.contains(seq) { messages[seq] = MessageDocument.decode(document) }
                }
            }
        }
        return messages
    }

    /// Whole blocks are read; so many at once bound what a query holds in memory.
    private static let blocksPerQuery = 10

    /// The identities in the last blocks of conversations, given their heads: at least of the last 500 messages, as
    /// many as a batch of the transfer holds, so that a batch that is repeated finds all of itself.
    ///
    /// In order of seq.
    package func newest(_ heads: [String: ConversationHead]) async throws -> [String: [KnownMessage]] {
        var owners: [String: String] = [:]
        for (conversationID, head) in heads where head.maxSeq > 0 {
            let last = MessageBlock.number(of: head.maxSeq)
            for number in max(0, last - 5)...last {
                owners[MessageBlock.documentID(conversationID, number: number)] = conversationID
            }
        }
        guard !owners.isEmpty else { return [:] }
        var known: [String: [KnownMessage]] = [:]
        let filter: BSONDocument = ["doc_id": .document(["$in": .array(owners.keys.map { .string($0) })])]
        let fields: BSONDocument = ["doc_id": .int32(1), "msgs.id": .int32(1)]
        for block in try await self.blocks.find(filter, options: Self.certain(fields)) {
            let documentID = block.text("doc_id")
            guard let conversationID = owners[documentID],
                let number = documentID.split(separator: ":").last.flatMap({ Int64($0) })
            else { continue }
            for (index, slot) in block.array("msgs").enumerated() {
                guard case .document(let slot) = slot, let identity = MessageIdentity(bytes: slot.bytes("id")) else {
                    continue
                }
                let seq = number * MessageBlock.size + Int64(index) + 1
                known[conversationID, default: []].append(KnownMessage(identity: identity, seq: seq))
            }
        }
        return known.mapValues { $0.sorted { $0.seq < $1.seq } }
    }

    /// How many messages of a conversation are stored, with the lowest and highest seq (0 when there is none).
    package func count(conversationID: String) async throws -> (messages: Int, lowest: Int64, highest: Int64) {
        guard let head = try await self.heads(of: [conversationID])[conversationID], head.maxSeq > 0 else {
            return (0, 0, 0)
        }
        let stored = try await self.messages(conversationID, seqs: Array(1...head.maxSeq))
        return (stored.count, stored.keys.min() ?? 0, stored.keys.max() ?? 0)
    }
}
