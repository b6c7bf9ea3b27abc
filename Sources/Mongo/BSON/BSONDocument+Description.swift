extension BSONDocument: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// How many keys a description names, and how many characters of each.
    private static let keysShownMax = 16
    private static let keyShownMax = 32

    /// Size and the first keys, but no values: they may be what users wrote.
    public var description: String {
        if let fault {
            return "BSONDocument(\(fault.path): \(fault.reason))"
        }
        var names: [String] = []
        // The bytes are well formed, so this does not throw.
        try? self.read { (reader: inout BSONReader) throws(MongoError) in
            while names.count <= Self.keysShownMax, try reader.next() {
                let key = reader.keyCount > 4 * Self.keyShownMax ? "…" : reader.key
                names.append(names.count == Self.keysShownMax ? "…" : String(key.prefix(Self.keyShownMax)))
            }
        }
        return "BSONDocument(\(self.bytes.count) bytes, keys: \(names.joined(separator: ", ")))"
    }

    /// The same as `description`: collections print their elements this way, and so end up in logs.
    public var debugDescription: String {
        self.description
    }

    /// Nothing below the document, so that `dump` and failed tests do not show values either.
    public var customMirror: Mirror {
        Mirror(self, children: [])
    }
}
