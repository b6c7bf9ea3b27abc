import Glibc

/// Memory for documents that lack an `_id`, which they get here; used again for the next one.
///
/// The field comes first, where the server would put it.
struct IdentifiedDocument: ~Copyable {
    /// Type, name and the twelve bytes.
    private static let idFieldBytes = 17
    private static let headerBytes = 4
    private var buffer: UnsafeMutableRawBufferPointer?

    deinit {
        self.buffer?.deallocate()
    }

    /// Calls `body` with the bytes of the document, with an `_id` in it, and the `_id`.
    mutating func with<Result>(
        _ document: BSONDocument,
        _ body: (UnsafeRawBufferPointer, BSONValue) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        try document.checkLimits()
        if let id = document.id {
            return try document.bytes.span.bytes.withUnsafeBytes { bytes throws(MongoError) in try body(bytes, id) }
        }
        let id = BSONObjectID.generate(secondsSince1970: UInt32(clamping: time(nil)))
        return try body(self.copy(document, id), .objectID(id))
    }

    private mutating func copy(_ document: BSONDocument, _ id: BSONObjectID) -> UnsafeRawBufferPointer {
        let count = document.bytes.count + Self.idFieldBytes
        let buffer = self.reserve(count)
        document.bytes.withUnsafeBytes { bytes in
            buffer.storeBytes(of: Int32(clamping: count).littleEndian, as: Int32.self)
            // The type of an object id, then the name with its zero byte.
            buffer.storeBytes(of: BSONType.objectID.rawValue, toByteOffset: 4, as: UInt8.self)
            buffer.storeBytes(of: UInt32(0x0064_695F).littleEndian, toByteOffset: 5, as: UInt32.self)
            buffer.storeBytes(of: id.high.bigEndian, toByteOffset: 9, as: UInt64.self)
            buffer.storeBytes(of: id.low.bigEndian, toByteOffset: 17, as: UInt32.self)
            UnsafeMutableRawBufferPointer(rebasing: buffer[(Self.headerBytes + Self.idFieldBytes)...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[Self.headerBytes...]))
        }
        return UnsafeRawBufferPointer(rebasing: buffer[..<count])
    }

    private mutating func reserve(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if let buffer, buffer.count >= count { return buffer }
        self.buffer?.deallocate()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1024, 2 * count), alignment: 8)
        self.buffer = buffer
        return buffer
    }
}
