/// An ordered list of keys and values in MongoDB's document format.
///
/// Kept as its bytes, which are always well formed: `init(validating:)` checks what comes from outside, everything else
/// was built here. Equality is that of the bytes, so the order of keys counts. A key may occur more than once;
/// reading finds the first.
///
/// What cannot be written, such as a level too many, does not stop the program: the document then has no bytes at all
/// and holds the fault, which `checkLimits()` throws, and so does every call that would send it.
public struct BSONDocument: Sendable {
    /// Upper bound of a document's size in bytes: the 16 MiB of a stored one, and what a command adds to it.
    ///
    /// A server takes commands and gives replies up to 16 KiB larger than the documents in them
    /// (`BSONObjMaxInternalSize` in MongoDB's source). Whether a document within this bound can be stored is for the
    /// server to say, see `storedSizeMax`.
    public static let sizeMax = storedSizeMax + 16_384
    /// Upper bound of the size of a stored document, in bytes, with every server (`maxBsonObjectSize`).
    public static let storedSizeMax = 16_777_216
    /// Upper bound of nested levels below a document; that of MongoDB and libbson.
    public static let depthMax = 200

    /// The document in BSON; empty when it cannot be sent because of a fault.
    public private(set) var bytes: [UInt8]
    /// Levels of documents and arrays below this one, or an upper bound of them.
    private(set) var depth: Int
    /// Why there are no bytes.
    private(set) var fault: BSONFault?

    /// An empty document.
    public init() {
        self.init(uncheckedBytes: [5, 0, 0, 0, 0], depth: 0)
    }

    /// A document with these keys and values, in this order.
    ///
    /// Keys are treated as by `append(_:_:)`.
    public init(_ elements: some Sequence<(String, BSONValue)>) {
        var builder = BSONBuilder()
        for (key, value) in elements {
            builder.append(mending: key, value)
        }
        self = builder.document()
    }

    /// A document from bytes that came from outside.
    ///
    /// - Parameters:
    ///   - bytes: exactly one document.
    ///   - requiresUTF8: whether keys and texts that are no UTF-8 are refused; otherwise they are mended when read.
    /// - Throws: `.invalidDocument` with the path of the fault when the bytes are malformed, or beyond `sizeMax` or
    ///   `depthMax`.
    public init(validating bytes: [UInt8], requiringUTF8 requiresUTF8: Bool = false) throws(MongoError) {
        guard bytes.count <= Self.sizeMax else {
            throw MongoError(.invalidDocument, "BSON: \(bytes.count) bytes; \(Self.sizeMax) are allowed")
        }
        let depth = try bytes.span.bytes.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(MongoError) in
            try BSONReader.read(bytes, depthBound: nil) { (reader: inout BSONReader) throws(MongoError) in
                do throws(BSONDamage) {
                    return try reader.check(levelsLeft: Self.depthMax, requiresUTF8: requiresUTF8)
                } catch {
                    throw reader.malformed(error)
                }
            }
        }
        self.init(uncheckedBytes: bytes, depth: depth)
    }

    /// A document from bytes that were checked before or built here.
    @usableFromInline
    init(uncheckedBytes bytes: [UInt8], depth: Int) {
        self.bytes = bytes
        self.depth = depth
    }

    /// What stands for a document that could not be built.
    @usableFromInline
    init(fault: BSONFault) {
        self.bytes = []
        self.depth = 0
        self.fault = fault
    }

    /// Whether there are no keys.
    public var isEmpty: Bool {
        self.bytes.count <= 5
    }

    /// Adds a key at the end, also when there is one of that name.
    ///
    /// A zero byte in a key cannot be written; it becomes U+FFFD. (A `BSONBuilder` refuses such a key instead.)
    ///
    /// - Complexity: the size of the value.
    public mutating func append(_ key: String, _ value: BSONValue) {
        guard self.fault == nil else { return }
        var builder = BSONBuilder(reserving: 64)
        builder.append(mending: key, value)
        let element = builder.document()
        if let fault = element.fault {
            self = BSONDocument(fault: fault)
            return
        }
        let count = self.bytes.count + element.bytes.count - 5
        guard count <= Self.sizeMax else {
            self = BSONDocument(fault: BSONFault(path: key, reason: "more than \(Self.sizeMax) bytes"))
            return
        }
        self.bytes.removeLast()
        self.bytes.append(contentsOf: element.bytes.dropFirst(4))
        for index in 0..<4 {
            self.bytes[index] = UInt8(truncatingIfNeeded: count >> (8 * index))
        }
        self.depth = Swift.max(self.depth, element.depth)
    }

    /// The first value of this key; nil when there is none.
    ///
    /// - Complexity: the number of keys before it.
    public subscript(key: String) -> BSONValue? {
        self.first { reader throws(MongoError) in
            while try reader.next() {
                if reader.isKey(key) { return try reader.value() }
            }
            return nil
        }
    }

    /// Throws what keeps the document from being sent.
    ///
    /// - Throws: `.invalidDocument` with the path of a fault, as for one that would have been too large or too deep.
    public func checkLimits() throws(MongoError) {
        guard let fault else { return }
        throw fault.error()
    }

    /// Reads from the document; its bytes are well formed, so `body` throws what it throws itself and nothing else.
    private func first(_ body: (inout BSONReader) throws(MongoError) -> BSONValue?) -> BSONValue? {
        // A document with a fault has no bytes and reads as empty.
        try? self.read(body)
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
