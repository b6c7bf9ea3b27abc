/// An ordered list of keys and values in MongoDB's document format.
///
/// Kept as its bytes, which are always well formed: `init(validating:)` checks what comes from outside, everything else
/// was encoded here. Equality is that of the bytes, so the order of keys counts. A key may occur more than once;
/// reading finds the first.
public struct BSONDocument: Sendable {
    /// Upper bound of a document's size in bytes: that of a MongoDB message.
    public static let sizeMax = 48_000_000
    /// Upper bound of nested levels; that of MongoDB and libbson.
    public static let depthMax = 200

    /// The document in BSON.
    public private(set) var bytes: [UInt8]
    /// Levels of documents and arrays below this one, or an upper bound of them.
    private(set) var depth: Int

    /// An empty document.
    public init() {
        self.init(uncheckedBytes: [5, 0, 0, 0, 0], depth: 0)
    }

    /// A document with these keys and values, in this order.
    public init(_ elements: some Sequence<(String, BSONValue)>) {
        self.init()
        for (key, value) in elements {
            self.append(key, value)
        }
    }

    /// A document from bytes that came from outside.
    ///
    /// - Throws: `.invalidDocument` with the path of the fault when the bytes are not exactly one document within
    ///   `sizeMax` and `depthMax`. Texts may hold bytes that are no UTF-8.
    public init(validating bytes: [UInt8]) throws(MongoError) {
        guard bytes.count <= Self.sizeMax else {
            throw MongoError(.invalidDocument, "BSON: \(bytes.count) bytes; \(Self.sizeMax) are allowed")
        }
        let depth: Int
        do throws(BSONFault) {
            depth = try BSONReader(bytes, 0..<bytes.count).checkDocument(depthLeft: Self.depthMax + 1)
        } catch {
            throw error.error
        }
        self.init(uncheckedBytes: bytes, depth: depth)
    }

    /// A document from bytes that were checked before.
    init(uncheckedBytes bytes: [UInt8], depth: Int) {
        self.bytes = bytes
        self.depth = depth
    }

    /// Whether there are no keys.
    public var isEmpty: Bool {
        self.bytes.count <= 5
    }

    /// Adds a key at the end, also when there is one of that name.
    ///
    /// A zero byte in a key cannot be written; it becomes U+FFFD. Limits are checked when the document is sent.
    ///
    /// - Complexity: the size of the value.
    public mutating func append(_ key: String, _ value: BSONValue) {
        var writer = BSONWriter(self.bytes)
        self.bytes = []  // so that the writer's is the only reference and nothing is copied
        writer.removeEnd()
        self.depth = Swift.max(self.depth, writer.append(key: key, value))
        writer.finishDocument()
        self.bytes = writer.bytes
    }

    /// The first value of this key; nil when there is none.
    ///
    /// - Complexity: the number of keys before it.
    public subscript(key: String) -> BSONValue? {
        let wanted = key.utf8
        // The bytes are well formed, so neither step throws.
        guard var reader = try? BSONReader(self.bytes, 0..<self.bytes.count).elements() else { return nil }
        while let (type, name) = try? reader.nextHeader() {
            if reader.matches(name, wanted) {
                return try? reader.value(type, from: self.bytes, depthLeft: self.depth)
            }
            guard (try? reader.skip(type, depthLeft: self.depth, checksContent: false)) != nil else { return nil }
        }
        return nil
    }

    /// - Throws: `.invalidDocument` when the document is too large or too deep to be sent.
    func checkLimits() throws(MongoError) {
        guard self.bytes.count <= Self.sizeMax, self.depth <= Self.depthMax else {
            let message = "a document of \(self.bytes.count) bytes and \(self.depth) levels cannot be sent"
            throw MongoError(.invalidDocument, message)
        }
    }
}

extension BSONDocument: Hashable {
    /// Whether both have the same bytes.
    public static func == (left: BSONDocument, right: BSONDocument) -> Bool {
        left.bytes == right.bytes
    }

    /// Feeds the bytes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.bytes)
    }
}

extension BSONDocument: ExpressibleByDictionaryLiteral {
    /// A document with the keys in the order as written.
    public init(dictionaryLiteral elements: (String, BSONValue)...) {
        self.init(elements)
    }
}
