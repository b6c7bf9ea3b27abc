/// What the history knows of a conversation as a whole; one document of the collection `seq`.
package struct ConversationHead: Sendable, Hashable {
    /// The greatest seq whose message is stored.
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
