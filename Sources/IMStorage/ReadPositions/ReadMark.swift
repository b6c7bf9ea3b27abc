/// That a user has read a conversation up to a seq.
package struct ReadMark: Sendable, Hashable {
    /// The conversation.
    package var conversationID: String
    /// Who has read it.
    package var userID: String
    /// The greatest seq that was read.
    package var seq: Int64

    package init(conversationID: String, userID: String, seq: Int64) {
        self.conversationID = conversationID
        self.userID = userID
        self.seq = seq
    }

    /// One mark for each user and conversation, with the greatest seq; marks without a user, a conversation or a seq
    /// that can be are left out.
    package static func greatest(of marks: some Sequence<ReadMark>) -> [ReadMark] {
        var greatest: [Key: Int64] = [:]
        for mark in marks where mark.isSensible {
            greatest[Key(conversationID: mark.conversationID, userID: mark.userID), default: 0].raise(to: mark.seq)
        }
        return greatest.map { ReadMark(conversationID: $0.conversationID, userID: $0.userID, seq: $1) }
    }

    private struct Key: Hashable {
        let conversationID: String
        let userID: String
    }

    private var isSensible: Bool {
        !self.conversationID.isEmpty && !self.userID.isEmpty && (1...SequencedMessages.seqMax).contains(self.seq)
    }
}

extension Int64 {
    fileprivate mutating func raise(to other: Int64) {
        self = Swift.max(self, other)
    }
}
