extension BSONDocument: Sequence {
    /// Walks through keys and values in order.
    public struct Iterator: IteratorProtocol {
        private let document: BSONDocument
        private var reader: BSONReader?

        init(_ document: BSONDocument) {
            self.document = document
            // The bytes are well formed, so this does not throw.
            self.reader = try? BSONReader(document.bytes, 0..<document.bytes.count).elements()
        }

        /// The next key with its value; nil at the end.
        public mutating func next() -> (key: String, value: BSONValue)? {
            guard let (type, key) = try? self.reader?.nextHeader(),
                let value = try? self.reader?.value(type, from: self.document.bytes, depthLeft: self.document.depth),
                let name = self.reader?.text(key)
            else { return nil }
            return (name, value)
        }
    }

    /// An iterator at the first key.
    public func makeIterator() -> Iterator {
        Iterator(self)
    }

    /// The keys in order.
    public var keys: [String] {
        self.map(\.key)
    }
}

extension BSONDocument: CustomStringConvertible {
    /// Size and keys, but no values: they may be what users wrote.
    public var description: String {
        "BSONDocument(\(self.bytes.count) bytes, keys: \(self.keys.joined(separator: ", ")))"
    }
}
