/// What a load message's `clientMsgID` says: 32 hex digits that hold the run, the sender, the sender's number, and the
/// time at which the message was due.
///
/// A receiver learns from it alone which message it has and how old it is, without a table that all threads share.
struct MessageTag: Sendable, Hashable {
    /// Digits of an id.
    static let digits = 32

    /// The run, 24 bits: tells its messages from those of other runs.
    var run: UInt32
    /// The sender's index, 24 bits.
    var sender: UInt32
    /// The message's number among the sender's, from 1 on.
    var number: UInt32
    /// When it was due, `MonotonicTime` in microseconds, 48 bits.
    var due: Int64

    /// Writes the id to `target`, which has room for 32 bytes.
    func write(to target: UnsafeMutableRawBufferPointer) {
        let high =
            UInt64(self.run & 0xFF_FFFF) << 40 | UInt64(self.sender & 0xFF_FFFF) << 16 | UInt64(self.number >> 16)
        let low = UInt64(self.number & 0xFFFF) << 48 | UInt64(self.due & 0xFFFF_FFFF_FFFF)
        HexDigits.write(high, to: target, at: 0)
        HexDigits.write(low, to: target, at: 16)
    }

    /// The id as text.
    var text: String {
        var bytes = [UInt8](repeating: 0, count: Self.digits)
        bytes.withUnsafeMutableBytes { self.write(to: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension MessageTag {
    /// Reads an id.
    ///
    /// - Returns: nil when it is not one of ours: not 32 lower-case hex digits.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.digits, let high = HexDigits.read(bytes, at: 0),
            let low = HexDigits.read(bytes, at: 16)
        else { return nil }
        self.run = UInt32(truncatingIfNeeded: high >> 40)
        self.sender = UInt32(truncatingIfNeeded: high >> 16) & 0xFF_FFFF
        self.number = UInt32(truncatingIfNeeded: high & 0xFFFF) << 16 | UInt32(truncatingIfNeeded: low >> 48)
        self.due = Int64(truncatingIfNeeded: low & 0xFFFF_FFFF_FFFF)
    }

    /// Reads an id; see `init(_:)` of bytes.
    init?(_ text: String) {
        var text = text
        guard let tag = text.withUTF8({ MessageTag(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = tag
    }
}
