/// One of the 16,384 parts into which a cluster divides its keys.
struct HashSlot: Sendable, Hashable, CustomStringConvertible {
    /// The number of slots of every cluster.
    static let count = 16_384

    /// The number of the slot, within `0..<count`.
    let number: UInt16

    /// The slot of this number; `nil` outside `0..<count`.
    init?(_ number: some BinaryInteger) {
        guard let number = UInt16(exactly: number), number < Self.count else { return nil }
        self.number = number
    }

    /// The slot of a key.
    ///
    /// Only the text between the first `{` and the next `}` counts when there is any (the *hash tag*), so that keys can
    /// be put into one slot on purpose.
    init(key: RedisArgument) {
        switch key {
        case .bytes(let bytes): self.init(bytes: bytes)
        case .string(let text): self.init(text: text)
        // Digits of small numbers fit into the string itself: nothing is allocated.
        case .integer(let number): self.init(text: String(number))
        }
    }

    /// The slot of the key with these bytes.
    init(bytes: [UInt8]) {
        self.number = bytes.withUnsafeBufferPointer(Self.number)
    }

    /// The slot of the key with the UTF-8 bytes of `text`.
    init(text: String) {
        self.number =
            text.utf8.withContiguousStorageIfAvailable(Self.number)
            ?? Array(text.utf8).withUnsafeBufferPointer(Self.number)
    }

    var description: String { "\(self.number)" }

    private static func number(_ key: UnsafeBufferPointer<UInt8>) -> UInt16 {
        CRC16.checksum(self.hashedPart(key)) % UInt16(self.count)
    }

    private static func hashedPart(_ key: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard let opening = key.firstIndex(of: UInt8(ascii: "{")) else { return key }
        let rest = key[(opening + 1)...]
        guard let closing = rest.firstIndex(of: UInt8(ascii: "}")), closing > rest.startIndex else { return key }
        return UnsafeBufferPointer(rebasing: rest[..<closing])
    }
}
