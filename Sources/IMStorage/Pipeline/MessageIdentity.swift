import OpenSSL

/// What makes a message the same message when it comes again: conversation, sender and the client's id, as the first 16
/// bytes of their SHA-256.
package struct MessageIdentity: Sendable, Hashable {
    private let high: UInt64
    private let low: UInt64

    /// The identity of a message.
    ///
    /// The parts are separated by a zero byte, which no id may hold (`MessageRules`).
    package init(conversationID: String, sendID: String, clientMsgID: String) throws {
        var text = Array(conversationID.utf8)
        text.append(0)
        text.append(contentsOf: sendID.utf8)
        text.append(0)
        text.append(contentsOf: clientMsgID.utf8)
        let digest = try Digest.sha256(text)
        self.high = digest[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
        self.low = digest[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The identity that `bytes` hold; nil unless there are 16.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.high = bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
        self.low = bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The identity as 16 bytes, as the history keeps it in a slot's `id`.
    package var bytes: [UInt8] {
        [self.high, self.low].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
        }
    }
}
