import IMProtocol
import IMStorage

/// The read marks that messages bring along as they pass through the pipeline.
enum PassingMarks {
    /// That the senders of chat messages have read what they wrote, each up to the last of it.
    static func ofSenders(_ runs: [SequencedMessages]) -> [ReadMark] {
        let marks = runs.lazy.filter { !ConversationID.isNotification($0.conversationID) }.flatMap { run in
            run.messages.map { ReadMark(conversationID: run.conversationID, userID: $0.sendID, seq: $0.seq) }
        }
        return ReadMark.greatest(of: marks)
    }

    /// What the read receipts (2200) among `messages` tell; one that cannot be read, or that tells of somebody else than
    /// its sender, tells nothing.
    static func ofReceipts(_ messages: some Sequence<Openim_Sdkws_MsgData>) -> [ReadMark] {
        ReadMark.greatest(of: messages.compactMap(Self.receipt))
    }

    private static func receipt(_ message: Openim_Sdkws_MsgData) -> ReadMark? {
        guard message.contentType == ContentType.hasReadReceipt.rawValue,
            case .string(let detail)? = (try? JSONValue(parsing: Array(message.content)))?["detail"],
            let value = try? JSONValue(parsing: detail),
            let tips = try? ProtoJSON.decode(Openim_Sdkws_MarkAsReadTips.self, from: value),
            tips.markAsReadUserID == message.sendID
        else { return nil }
        let seq = max(tips.hasReadSeq_p, tips.seqs.max() ?? 0)
        return ReadMark(conversationID: tips.conversationID, userID: tips.markAsReadUserID, seq: seq)
    }
}
