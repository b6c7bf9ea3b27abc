import Mongo

/// Where a user stands in a conversation; one document of the collection `seq_user`.
package struct ReadPosition: Sendable, Hashable {
    /// The smallest seq that the user may read; 0 and 1 mean all.
    package var minSeq: Int64
    /// The greatest seq that the user may read, for one who left; 0 means all.
    package var maxSeq: Int64
    /// The greatest seq that the user has read.
    package var readSeq: Int64

    package init(minSeq: Int64 = 0, maxSeq: Int64 = 0, readSeq: Int64 = 0) {
        self.minSeq = minSeq
        self.maxSeq = maxSeq
        self.readSeq = readSeq
    }
}

extension ReadPosition {
    /// The position that a document holds; fields that are absent are zero.
    init(_ document: BSONDocument) {
        self.init(
            minSeq: max(0, document.int64("min_seq")),
            maxSeq: max(0, document.int64("max_seq")),
            readSeq: max(0, document.int64("read_seq"))
        )
    }

    /// What the user may read of a conversation whose own bounds are `head`; nil when that is nothing.
    package func readable(of head: ConversationHead) -> ClosedRange<Int64>? {
        let lower = max(head.minSeq, self.minSeq, 1)
        let upper = self.maxSeq > 0 ? min(self.maxSeq, head.maxSeq) : head.maxSeq
        return lower <= upper ? lower...upper : nil
    }
}
