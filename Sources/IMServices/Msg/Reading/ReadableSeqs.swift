import IMStorage

/// What one reader may see of a conversation.
enum ReadableSeqs {
    /// The part of a conversation that a reader may see.
    ///
    /// - Parameters:
    ///   - bounds: the seqs that exist and were not cleared for everybody.
    ///   - row: the reader's row of the chat; nil for a notification conversation, which has none.
    ///   - position: where the reader stands; nil when nothing is known.
    /// - Returns: the seqs; nil when there is none.
    static func of(
        _ bounds: ClosedRange<Int64>,
        row: ConversationRecord?,
        position: ReadPosition?
    ) -> ClosedRange<Int64>? {
        let lower = max(bounds.lowerBound, row?.minSeq ?? 0, position?.minSeq ?? 0)
        // 0 sets no limit.
        let limits = [row?.maxSeq ?? 0, position?.maxSeq ?? 0].filter { $0 > 0 }
        let upper = limits.reduce(bounds.upperBound, min)
        return lower <= upper ? lower...upper : nil
    }
}
