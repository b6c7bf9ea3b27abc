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

    /// The index of `seq` (at least 1) in its block.
    package static func slot(of seq: Int64) -> Int {
        Int((seq - 1) % self.size)
    }
}
