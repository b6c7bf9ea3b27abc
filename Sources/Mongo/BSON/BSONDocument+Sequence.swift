extension BSONDocument: Sequence {
    /// Walks through keys and values in order.
    public struct Iterator: IteratorProtocol {
        private let document: BSONDocument
        /// The offset of the next element.
        private var index = 4

        init(_ document: BSONDocument) {
            self.document = document
        }

        /// The next key with its value; nil at the end.
        public mutating func next() -> (key: String, value: BSONValue)? {
            guard self.index < self.document.bytes.count else { return nil }
            let start = self.index
            // The bytes are well formed, so this does not throw.
            let element = try? self.document.read { (reader: inout BSONReader) throws(MongoError) in
                reader.index = start
                guard try reader.next() else { return (end: Int.max, pair: (key: String, value: BSONValue)?.none) }
                return (end: reader.index, pair: (key: reader.key, value: try reader.value()))
            }
            self.index = element?.end ?? .max
            return element?.pair
        }
    }

    /// An iterator at the first key.
    public func makeIterator() -> Iterator {
        Iterator(self)
    }

    /// The keys in order.
    public var keys: [String] {
        var keys: [String] = []
        // The bytes are well formed, so this does not throw; a document with a fault has no keys.
        try? self.read { (reader: inout BSONReader) throws(MongoError) in
            while try reader.next() {
                keys.append(reader.key)
            }
        }
        return keys
    }
}
