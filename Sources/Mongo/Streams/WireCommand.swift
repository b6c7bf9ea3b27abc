import CMongoc

/// Looks at the first bytes of a message to tell a command of a call from those that open a connection.
enum WireCommand {
    private static let headerLength = 16
    /// Enough for the header, the name of a collection and that of the command.
    private static let lengthMax = 128
    private static let message: UInt32 = 2013
    private static let query: UInt32 = 2004
    private static let opening: [StaticString] = [
        "hello", "isMaster", "ismaster", "saslStart", "saslContinue", "authenticate",
    ]

    /// Whether the message in these pieces belongs to the opening of a connection.
    static func isOpening(_ pieces: UnsafeMutablePointer<iovec>, _ count: Int) -> Bool {
        var first: [UInt8] = []
        for piece in UnsafeBufferPointer(start: pieces, count: count) where first.count < self.lengthMax {
            let bytes = UnsafeRawBufferPointer(start: piece.iov_base, count: piece.iov_len)
            first += bytes.prefix(self.lengthMax - first.count)
        }
        return self.opening.contains { self.name(first, is: $0) }
    }

    private static func name(_ bytes: [UInt8], is name: StaticString) -> Bool {
        guard bytes.count > self.headerLength else { return false }
        let code = UInt32(bytes[12]) | UInt32(bytes[13]) << 8
        var position = self.headerLength
        switch code {
        case self.message:
            position += 4 + 1  // flags, kind of section
        case self.query:
            position += 4
            while position < bytes.count, bytes[position] != 0 { position += 1 }
            position += 1 + 8  // end of the collection's name, skip, limit
        default:
            return false
        }
        position += 4 + 1  // length of the document, type of its first element
        return name.withUTF8Buffer { expected in
            guard position + expected.count < bytes.count, bytes[position + expected.count] == 0 else { return false }
            return expected.indices.allSatisfy { bytes[position + $0] == expected[$0] }
        }
    }
}
