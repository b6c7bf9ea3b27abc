/// Walks forward through the elements of a document, without copying and without allocating for each.
///
/// A reader is its own view of the element it stands on: `next()` moves on, the other members look at the key and the
/// value there. It reads memory that somebody else owns and is therefore lent to a closure only; see
/// `BSONDocument.read(_:)` and `BSONReader.read(_:_:)`. It cannot be copied, and nothing that it hands out points into
/// that memory, except the spans that end with their closures.
///
/// ```swift
/// try document.read { (reader: inout BSONReader) throws(MongoError) in
///     while try reader.next() {
///         if reader.isKey("seq") {
///             seq = try reader.int64()
///         } else if reader.isKey("content") {
///             content = try reader.string()
///         }
///     }
/// }
/// ```
///
/// Every length is checked against the bytes that are there, so any bytes may be read; levels are limited to
/// `BSONDocument.depthMax`.
public struct BSONReader: ~Copyable {
    /// The first byte of the outermost document; all offsets count from here.
    @usableFromInline
    let root: UnsafeRawPointer
    /// The size of the outermost document.
    @usableFromInline
    let rootCount: Int
    /// Where the next element begins, which is where the value of this one ends.
    @usableFromInline
    var index: Int
    /// Where the zero byte at the end of this document is.
    @usableFromInline
    let end: Int
    /// Where this element begins.
    @usableFromInline
    var elementStart: Int
    /// Where the key begins.
    @usableFromInline
    var keyStart: Int
    /// The bytes of the key without its zero byte.
    @usableFromInline
    var keyCount: Int
    /// Where the value begins.
    @usableFromInline
    var valueStart: Int
    /// How many documents and arrays this one is in.
    @usableFromInline
    let level: Int
    /// An upper bound of the levels below this document; nil when nobody has checked what is there.
    @usableFromInline
    let depthBound: Int?
    /// The type of the value; `.null` before the first call of `next()`.
    public internal(set) var type: BSONType

    /// A reader of elements from offset `index` on.
    @usableFromInline
    init(root: UnsafeRawPointer, rootCount: Int, index: Int, end: Int, level: Int, depthBound: Int?) {
        self.root = root
        self.rootCount = rootCount
        self.index = index
        self.end = end
        self.elementStart = index
        self.keyStart = index
        self.keyCount = 0
        self.valueStart = index
        self.level = level
        self.depthBound = depthBound
        self.type = .null
    }

    /// A reader of a document that fills `bytes`.
    ///
    /// - Throws: what is wrong with its length or its end.
    init(_ bytes: UnsafeRawBufferPointer, depthBound: Int?) throws(BSONDamage) {
        guard let root = bytes.baseAddress, bytes.count >= 5,
            bytes.count == Int(Int32(littleEndian: root.loadUnaligned(as: Int32.self)))
        else { throw .documentLength }
        guard bytes[bytes.count - 1] == 0 else { throw .documentEnd }
        self.init(
            root: root,
            rootCount: bytes.count,
            index: 4,
            end: bytes.count - 1,
            level: 0,
            depthBound: depthBound
        )
    }

    /// Reads a document that fills `bytes`, which may have come from anywhere.
    ///
    /// - Parameters:
    ///   - bytes: the document; nothing is copied.
    ///   - body: gets the reader in front of the first element; must not keep it.
    /// - Returns: what `body` returns.
    /// - Throws: `.invalidDocument` when the length in front is not that of `bytes`, and what `body` throws.
    public static func read<Result>(
        _ bytes: RawSpan,
        _ body: (inout BSONReader) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        try bytes.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(MongoError) in
            try Self.read(bytes, depthBound: nil, body)
        }
    }

    static func read<Result>(
        _ bytes: UnsafeRawBufferPointer,
        depthBound: Int?,
        _ body: (inout BSONReader) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        var reader: BSONReader
        do throws(BSONDamage) {
            reader = try BSONReader(bytes, depthBound: depthBound)
        } catch {
            throw MongoError(.invalidDocument, "the document: \(error.reason)")
        }
        return try body(&reader)
    }

    /// Moves to the next element.
    ///
    /// - Returns: false at the end of the document.
    /// - Throws: `.invalidDocument` with the path of the element when its bytes are malformed. What is inside of a
    ///   document or an array is looked at when that is read.
    public mutating func next() throws(MongoError) -> Bool {
        do throws(BSONDamage) {
            return try self.step()
        } catch {
            throw self.malformed(error)
        }
    }

    /// Moves forward to the next element with this key.
    ///
    /// - Parameter key: the key; elements before the one where the reader stands are not looked at again.
    /// - Returns: false when there is none up to the end of the document.
    /// - Throws: `.invalidDocument` as `next()` does.
    public mutating func next(_ key: StaticString) throws(MongoError) -> Bool {
        while try self.next() {
            if self.isKey(key) {
                return true
            }
        }
        return false
    }

    /// Moves forward over some elements, as to a place in an array.
    ///
    /// - Parameter count: the elements to pass by; 0 for none, as `next()` does.
    /// - Returns: false when the document ends before.
    /// - Throws: `.invalidDocument` as `next()` does.
    public mutating func next(skipping count: Int) throws(MongoError) -> Bool {
        for _ in 0...max(0, count) {
            guard try self.next() else { return false }
        }
        return true
    }
}
