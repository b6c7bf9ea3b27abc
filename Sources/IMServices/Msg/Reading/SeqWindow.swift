/// Which seqs of a conversation a client's range means.
enum SeqWindow {
    /// The seqs from `begin` to `end` (both included) that lie in `bounds`.
    ///
    /// - Parameters:
    ///   - begin: the first wanted seq; below the bounds it counts as their lower one.
    ///   - end: the last wanted seq; above the bounds it counts as their upper one.
    ///   - last: with a number, only that many of the greatest; nil for all.
    ///   - bounds: the seqs that exist for the reader.
    /// - Returns: the seqs, empty when nothing is left.
    static func seqs(
        from begin: Int64,
        to end: Int64,
        last: Int64?,
        within bounds: ClosedRange<Int64>
    ) -> Range<Int64> {
        let first = max(begin, bounds.lowerBound)
        let final = min(end, bounds.upperBound)
        let most = max(last ?? .max, 0)
        guard first <= final, most > 0 else { return 0..<0 }
        // `final` is at most the conversation's greatest seq, so final + 1 does not overflow in practice; it is checked.
        let (next, overflow) = final.addingReportingOverflow(1)
        guard !overflow else { return 0..<0 }
        return (next - first > most ? next - most : first)..<next
    }
}
