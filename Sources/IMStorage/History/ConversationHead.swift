import Mongo

/// What the history knows of a conversation as a whole; one document of the collection `seq`.
package struct ConversationHead: Sendable, Hashable {
    /// The greatest seq whose message is stored, or that a restore has set as a floor.
    ///
    /// Never lowered.
    package var maxSeq: Int64
    /// The smallest seq that is readable; smaller ones were cleared.
    ///
    /// 0 and 1 mean all.
    package var minSeq: Int64
    /// The greatest `createTime` (ms) of a stored message.
    package var createMax: Int64

    package init(maxSeq: Int64 = 0, minSeq: Int64 = 0, createMax: Int64 = 0) {
        self.maxSeq = maxSeq
        self.minSeq = minSeq
        self.createMax = createMax
    }
}

extension ConversationHead {
    /// The head that a document holds; fields that are absent are zero.
    ///
    /// - Throws: `StorageError.malformed` for a seq that cannot be, from which none may be given.
    init(_ document: BSONDocument) throws(StorageError) {
        let maxSeq = max(document.int64("max_seq"), document.int64("floor"))
        guard (0...SequencedMessages.seqMax).contains(maxSeq) else {
            let conversationID = document.text("conversation_id")
            throw .malformed("the head of \(conversationID) holds the impossible seq \(maxSeq)")
        }
        self.init(maxSeq: maxSeq, minSeq: document.int64("min_seq"), createMax: document.int64("create_max"))
    }
}
