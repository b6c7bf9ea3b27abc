/// What one reader may see of the conversations that a request asks for.
struct Readable {
    /// The conversations that the reader has.
    let owned: Set<String>
    /// The seqs of each that the reader may see; conversations without any are absent.
    let bounds: [String: ClosedRange<Int64>]
}
