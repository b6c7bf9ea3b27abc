import IMProtocol
import IMStorage
import Kafka

/// One batch on its way through the transfer, with its seqs given.
struct TransferBatch: Sendable {
    /// Messages of one conversation that became new in this batch and stand in one record.
    struct NewRun: Sendable {
        let conversationID: String
        let key: [UInt8]?
        /// The greatest seq before the first of them.
        let lastSeq: Int64
        let messages: [Openim_Sdkws_MsgData]
        let identities: [MessageIdentity]
        let operationIDs: [String]
    }

    /// A record that breaks a rule.
    struct Rejected: Sendable {
        let record: KafkaRecord
        let reason: String
    }

    /// All messages in the order they are pushed: within a conversation by seq, unstored ones in their place.
    ///
    /// A message that the batch holds twice is there once.
    let messages: [IncomingMessage]
    /// What `toMongo` does not have yet: at most one run of a conversation in each round.
    ///
    /// A round must stand in the log before the next is appended: were the first part of a conversation to fail while its
    /// second lands, the log would have a hole.
    let rounds: [[NewRun]]
    /// What goes to the dead letters instead.
    let rejected: [Rejected]

    /// Gives every message its seq.
    ///
    /// A message that is known keeps its seq; it is pushed again, for nobody knows whether its first push was finished.
    ///
    /// - Parameters:
    ///   - incoming: the messages in the order of the log.
    ///   - memory: what is known of all their conversations.
    ///   - found: the seqs of those that are not in memory but in the history.
    ///   - violation: the rule that a new message breaks.
    init(
        _ incoming: [IncomingMessage],
        _ memory: inout PartitionMemory,
        found: [MessageIdentity: Int64] = [:],
        violation: (Openim_Sdkws_MsgData, Int) -> String? = MessageRules.violation
    ) {
        var messages: [IncomingMessage] = []
        var fresh: [String: [Int]] = [:]
        var rejected: [Rejected] = []
        var placed: Set<MessageIdentity> = []
        for var message in incoming {
            guard message.isStored else {
                if let reason = violation(message.message, message.byteCount) {
                    rejected.append(Rejected(record: message.record, reason: reason))
                } else {
                    messages.append(message)
                }
                continue
            }
            let identity = message.identity
            if let seq = memory[message.conversationID]?.seq(of: identity) ?? found[identity] {
                message.message.seq = seq
            } else if let reason = violation(message.message, message.byteCount) {
                rejected.append(Rejected(record: message.record, reason: reason))
                continue
            } else {
                let createTime = message.message.createTime
                message.message.seq = memory.change(message.conversationID) {
                    $0.assign(identity, createTime: createTime)
                }
                fresh[message.conversationID, default: []].append(messages.count)
            }
            if placed.insert(identity).inserted { messages.append(message) }
        }
        self.rounds = Self.rounds(fresh, of: messages)
        self.messages = Self.inSeqOrder(messages)
        self.rejected = rejected
    }

    /// The stored messages of the batch by conversation, seqs rising, for the cache.
    var storedRuns: [SequencedMessages] {
        var runs: [String: [Openim_Sdkws_MsgData]] = [:]
        var order: [String] = []
        for message in self.messages where message.isStored {
            if runs[message.conversationID] == nil { order.append(message.conversationID) }
            runs[message.conversationID, default: []].append(message.message)
        }
        return order.map { SequencedMessages(conversationID: $0, risingMessages: runs[$0] ?? []) }
    }

    /// The conversations of the stored messages.
    var conversationIDs: Set<String> {
        Set(self.messages.lazy.filter(\.isStored).map(\.conversationID))
    }

    private static func rounds(_ fresh: [String: [Int]], of messages: [IncomingMessage]) -> [[NewRun]] {
        var rounds: [[NewRun]] = []
        for (conversationID, indices) in fresh.sorted(by: { $0.value[0] < $1.value[0] }) {
            for (round, part) in self.split(indices, of: messages).enumerated() {
                if rounds.count == round { rounds.append([]) }
                rounds[round].append(
                    NewRun(
                        conversationID: conversationID,
                        key: messages[part[0]].key,
                        lastSeq: messages[part[0]].message.seq - 1,
                        messages: part.map { messages[$0].message },
                        identities: part.map { messages[$0].identity },
                        operationIDs: part.map { messages[$0].headers.operationID }
                    )
                )
            }
        }
        return rounds
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
    /// an older message must not be pushed after a newer one, and the cache takes rising seqs only.
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
