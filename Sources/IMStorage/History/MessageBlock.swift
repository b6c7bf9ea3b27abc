/// Where a seq lies in the history: 100 messages of a conversation share one document.
package enum MessageBlock {
    /// Messages in one document.
    package static let size: Int64 = 100

    /// The document that holds `seq` (at least 1): `<conversationID>:<k>`.
    package static func documentID(_ conversationID: String, seq: Int64) -> String {
        self.documentID(conversationID, number: self.number(of: seq))
    }

    /// The document of block `number`.
    package static func documentID(_ conversationID: String, number: Int64) -> String {
        "\(conversationID):\(number)"
    }

    /// The number of the block that holds `seq` (at least 1).
    package static func number(of seq: Int64) -> Int64 {
        (seq - 1) / self.size
    }

    /// The number in a block's document id; nil when it names no block whose seqs exist.
    package static func number(ofDocument documentID: String) -> Int64? {
        guard let colon = documentID.utf8.lastIndex(of: UInt8(ascii: ":")),
            let number = Int64(documentID[documentID.index(after: colon)...]),
            (0...self.number(of: SequencedMessages.seqMax)).contains(number)
        else { return nil }
        return number
    }

    /// The index of `seq` (at least 1) in its block.
    package static func slot(of seq: Int64) -> Int {
        Int((seq - 1) % self.size)
    }

    /// The seq that lies in `slot` of block `number`.
    package static func seq(number: Int64, slot: Int) -> Int64 {
        number * self.size + Int64(slot) + 1
    }

    /// `seqs` by the block they lie in, each once and rising; those outside of what can be stored are left out.
    static func numbers(of seqs: some Sequence<Int64>) -> [(number: Int64, slots: [Int])] {
        let stored = Set(seqs).filter { $0 > 0 && $0 <= SequencedMessages.seqMax }
        let blocks = Dictionary(grouping: stored, by: self.number)
        return blocks.sorted { $0.key < $1.key }.map { ($0.key, $0.value.map(self.slot).sorted()) }
    }
}
