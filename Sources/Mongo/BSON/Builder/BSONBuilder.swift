/// Writes a document into a growing buffer, in the order of the calls.
///
/// For hot paths: keys that are literals are copied straight from the program, nothing is allocated for an element.
/// Nothing throws while building. What cannot be written (see below) is kept as a fault with its path, from then on
/// nothing more is written, and `finish()` throws it.
///
/// ```swift
/// var builder = BSONBuilder(reserving: 512)
/// builder.append("seq", message.seq)
/// builder.appendDocument("options") { $0.append("offlinePush", true) }
/// builder.appendArray("users") { users in
///     for user in message.users { users.append(user) }
/// }
/// let document = try builder.finish()
/// ```
///
/// Faults are: a zero byte in a key or a regular expression, bytes for a text that are no UTF-8, more than
/// `BSONDocument.depthMax` levels, more than `BSONDocument.sizeMax` bytes, and a document that has a fault itself.
/// Keys are not compared with each other: what is appended twice is there twice.
public struct BSONBuilder: ~Copyable {
    /// Binary data of the old kind, with its length a second time in front of the content.
    static let oldBinarySubtype: UInt8 = 2

    @usableFromInline
    var memory: UnsafeMutableRawPointer
    /// Whether the memory was allocated here, and not lent.
    @usableFromInline
    var ownsMemory: Bool
    /// Bytes written so far; after a fault none, and none can be.
    @usableFromInline
    var count: Int
    /// Bytes that the memory holds; after a fault 0, so that every write asks for more and is refused.
    @usableFromInline
    var capacity: Int
    /// Where the innermost open document begins.
    ///
    /// As long as a document is open, the four bytes of its length hold the offset of the one around it.
    @usableFromInline
    var open: Int
    /// How many documents and arrays are open below the outermost one.
    @usableFromInline
    var level: Int
    /// The largest level so far, that of appended documents included.
    @usableFromInline
    var levelMax: Int
    @usableFromInline
    var fault: BSONFault?

    /// A builder of an empty document.
    ///
    /// - Parameter bytes: the size that is expected; more is allocated when it is needed.
    @inlinable
    public init(reserving bytes: Int = 256) {
        let capacity = max(32, min(bytes, BSONDocument.sizeMax))
        self.init(.allocate(byteCount: capacity, alignment: 1), capacity: capacity, ownsMemory: true)
    }

    /// A builder in memory of at least 32 bytes, which must outlive it unless it is owned.
    @inlinable
    init(_ memory: UnsafeMutableRawPointer, capacity: Int, ownsMemory: Bool) {
        self.memory = memory
        self.ownsMemory = ownsMemory
        self.count = 4
        self.capacity = capacity
        self.open = 0
        self.level = 0
        self.levelMax = 0
        self.fault = nil
        memory.storeBytes(of: 0, as: UInt32.self)
    }

    @inlinable
    deinit {
        if self.ownsMemory {
            self.memory.deallocate()
        }
    }

    /// The document.
    ///
    /// - Throws: `.invalidDocument` with the path of the first fault.
    @inlinable
    public consuming func finish() throws(MongoError) -> BSONDocument {
        let document = self.document()
        try document.checkLimits()
        return document
    }

    /// The document, or one that holds the fault.
    @inlinable
    mutating func document() -> BSONDocument {
        self.end()
        guard self.count > 0 else { return self.faultyDocument() }
        let bytes = [UInt8](UnsafeRawBufferPointer(start: self.memory, count: self.count))
        return BSONDocument(uncheckedBytes: bytes, depth: self.levelMax)
    }

    @usableFromInline
    @inline(never)
    func faultyDocument() -> BSONDocument {
        BSONDocument(fault: self.fault ?? BSONFault(path: "", reason: "the document cannot be built"))
    }

    /// Writes the final zero byte and the length of the outermost document.
    @inlinable
    mutating func end() {
        guard self.reserve(1) else { return }
        self.memory.storeBytes(of: 0, toByteOffset: self.count, as: UInt8.self)
        self.count &+= 1
        self.storeLength(at: 0)
    }

    // MARK: - Room

    /// Makes room for `count` more bytes.
    ///
    /// - Returns: false after a fault, also when the document would be too large.
    @inlinable
    @inline(__always)
    mutating func reserve(_ count: Int) -> Bool {
        self.capacity &- self.count >= count || self.grow(by: count)
    }

    @usableFromInline
    @inline(never)
    mutating func grow(by count: Int) -> Bool {
        guard self.capacity > 0 else { return false }
        // No addition of `count`, which has no bound yet.
        guard count <= BSONDocument.sizeMax - self.count else {
            self.fail("more than \(BSONDocument.sizeMax) bytes")
            return false
        }
        let capacity = min(BSONDocument.sizeMax, max(2 * self.capacity, self.count + count))
        let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 1)
        memory.copyMemory(from: self.memory, byteCount: self.count)
        if self.ownsMemory {
            self.memory.deallocate()
        }
        self.memory = memory
        self.ownsMemory = true
        self.capacity = capacity
        return true
    }
}
