import IMProtocol
import IMStorage

/// One batch on its way through the transfer, with its seqs given.
struct TransferBatch: Sendable {
    /// Messages of one conversation that became new in this batch.
    struct NewRun: Sendable {
        let conversationID: String
        let key: [UInt8]?
        /// The greatest seq before the first of them.
        let lastSeq: Int64
        let messages: [Openim_Sdkws_MsgData]
        let operationIDs: [String]
    }

    /// All messages in the order they are pushed: within a conversation by seq, unstored ones in their place.
    let messages: [IncomingMessage]
    /// What `toMongo` does not have yet: at most one run of a conversation in each round.
    ///
    /// A round must stand in the log before the next is appended: were the first part of a conversation to fail while its
    /// second lands, the log would have a hole.
    let rounds: [[NewRun]]

    /// Gives every message its seq.
    ///
    /// A message that is known keeps its seq; it is pushed again, for nobody knows whether its first push was finished.
    init(_ incoming: [IncomingMessage], _ states: inout [String: ConversationState]) {
        var messages = incoming
        var fresh: [String: [Int]] = [:]
        for index in messages.indices where messages[index].isStored {
            let conversationID = messages[index].conversationID
            let identity = messages[index].identity
            if let seq = states[conversationID]?.seq(of: identity) {
                messages[index].message.seq = seq
            } else {
                messages[index].message.seq = states[conversationID, default: ConversationState(maxSeq: 0)].assign(
                    identity
                )
                fresh[conversationID, default: []].append(index)
            }
        }
        var rounds: [[NewRun]] = []
        for (conversationID, indices) in fresh.sorted(by: { $0.value[0] < $1.value[0] }) {
            for (round, part) in Self.split(indices, of: messages).enumerated() {
                if rounds.count == round { rounds.append([]) }
                rounds[round].append(
                    NewRun(
                        conversationID: conversationID,
                        key: messages[part[0]].key,
                        lastSeq: messages[part[0]].message.seq - 1,
                        messages: part.map { messages[$0].message },
                        operationIDs: part.map { messages[$0].headers.operationID }
                    )
                )
            }
        }
        self.rounds = rounds
        self.messages = Self.inSeqOrder(messages)
    }

    /// The stored messages of the batch by conversation, seqs rising and each once, for the cache.
    var storedRuns: [String: [Openim_Sdkws_MsgData]] {
        var runs: [String: [Openim_Sdkws_MsgData]] = [:]
        for message in self.messages where message.isStored {
            let last = runs[message.conversationID]?.last?.seq ?? 0
            if message.message.seq > last { runs[message.conversationID, default: []].append(message.message) }
        }
        return runs
    }

    /// Splits by the number of messages and of bytes that one record may hold.
    private static func split(_ indices: [Int], of messages: [IncomingMessage]) -> [[Int]] {
        var parts: [[Int]] = []
        var bytes = 0
        for index in indices {
            // The seq and the field around the message add a few bytes.
            let size = messages[index].byteCount + 64
            if parts.isEmpty || parts[parts.count - 1].count >= 100 || bytes + size > MessageRules.recordBytesMax {
                parts.append([])
                bytes = 0
            }
            parts[parts.count - 1].append(index)
            bytes += size
        }
        return parts
    }

    /// Sorts the stored messages of each conversation by seq within the places that they hold in the batch: a repeat of
    /// an older message must not be pushed after a newer one.
    private static func inSeqOrder(_ messages: [IncomingMessage]) -> [IncomingMessage] {
        var places: [String: [Int]] = [:]
        for index in messages.indices where messages[index].isStored {
            places[messages[index].conversationID, default: []].append(index)
        }
        var result = messages
        for indices in places.values {
            let sorted = indices.sorted { messages[$0].message.seq < messages[$1].message.seq }
            for (place, source) in zip(indices, sorted) { result[place] = messages[source] }
        }
        return result
    }
}
