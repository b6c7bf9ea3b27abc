package import IMProtocol

/// Messages of one conversation in order of their seqs; consecutive ones when they come from a `toMongo` record.
package struct SequencedMessages: Sendable {
    /// The conversation.
    package let conversationID: String
    /// The messages in order of seq.
    package let messages: [Openim_Sdkws_MsgData]

    /// The greatest seq: what Redis' scripts, which count in doubles, still tell apart.
    package static let seqMax: Int64 = 1 << 53

    /// Messages that the caller knows to be in order; seqs rise but may have gaps, which the cache does not mind.
    package init(conversationID: String, risingMessages messages: [Openim_Sdkws_MsgData]) {
        self.conversationID = conversationID
        self.messages = messages
    }

    /// Reads a record's payload.
    ///
    /// - Throws: `IMError` 1001 when the seqs are not consecutive from `lastSeq` + 1, or a part is missing.
    package init(_ record: Openim_Msg_MsgDataToMongoByMQ) throws(IMError) {
        guard !record.conversationID.isEmpty else { throw IMError(.args, "conversationID is empty") }
        guard !record.msgData.isEmpty else { throw IMError(.args, "msgData is empty") }
        guard record.lastSeq >= 0, record.lastSeq <= Self.seqMax - Int64(record.msgData.count) else {
            throw IMError(.args, "lastSeq \(record.lastSeq) is out of range")
        }
        for (offset, message) in record.msgData.enumerated() where message.seq != record.lastSeq + 1 + Int64(offset) {
            throw IMError(.args, "seq \(message.seq) does not follow lastSeq \(record.lastSeq)")
        }
        self.conversationID = record.conversationID
        self.messages = record.msgData
    }
}
