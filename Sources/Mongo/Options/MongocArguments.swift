import CMongoc

/// What one call hands to libmongoc: its options, views of its documents, and the room for the reply.
///
/// Sole owner of all of it, in one block of memory, since a `bson_t` is aligned to 128 bytes, which Swift does not give
/// its own variables. Used by one thread. A view is valid as long as the document that it shows is.
struct MongocArguments: ~Copyable {
    private enum Slot: Int, CaseIterable {
        case options, reply, child, first, second, third
    }

    /// The size and alignment of a `bson_t`, which is part of libbson's binary interface.
    private static let slotBytes = 128
    private let memory: UnsafeMutableRawPointer

    init() {
        self.memory = .allocate(byteCount: Self.slotBytes * Slot.allCases.count, alignment: Self.slotBytes)
        bson_init(self.options)
        // So that it can be destroyed even when libmongoc did not get as far as filling it in; it does so without
        // looking at what was there, which costs nothing as long as that is empty.
        bson_init(self.reply)
    }

    deinit {
        bson_destroy(self.options)
        bson_destroy(self.reply)
        self.memory.deallocate()
    }

    /// The options, which the `append` methods fill.
    var options: OpaquePointer { self.pointer(.options) }
    /// Where libmongoc puts its reply.
    var reply: OpaquePointer { self.pointer(.reply) }
    /// A nested document or array while it is being appended.
    var child: OpaquePointer { self.pointer(.child) }

    /// The reply; empty when there is none, or none that can be read.
    var replyDocument: BSONDocument {
        (try? BSONDocument(copying: self.reply)) ?? BSONDocument()
    }

    /// Calls `body` with a view of the document's bytes, which are not copied.
    func withView<Result>(
        _ document: BSONDocument,
        _ body: (OpaquePointer) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        try document.withView(in: self.pointer(.first), body)
    }

    /// Calls `body` with views of two documents' bytes, which are not copied.
    func withViews<Result>(
        _ first: BSONDocument,
        _ second: BSONDocument,
        _ body: (OpaquePointer, OpaquePointer) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        try first.withView(in: self.pointer(.first)) { first throws(MongoError) in
            try second.withView(in: self.pointer(.second)) { second throws(MongoError) in try body(first, second) }
        }
    }

    /// Calls `body` with views of three documents' bytes, which are not copied.
    func withViews<Result>(
        _ first: BSONDocument,
        _ second: BSONDocument,
        _ third: BSONDocument,
        _ body: (OpaquePointer, OpaquePointer, OpaquePointer) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        try self.withViews(first, second) { first, second throws(MongoError) in
            try third.withView(in: self.pointer(.third)) { third throws(MongoError) in try body(first, second, third) }
        }
    }

    /// Calls `body` with a view of options that are always the same; `options` stay as they are.
    func withOptions<Result>(
        _ document: BSONDocument,
        _ body: (OpaquePointer) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        try document.withView(in: self.pointer(.third), body)
    }

    /// Calls `body` with a view of bytes that hold one document.
    func withView<Result>(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (OpaquePointer) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        try body(try Self.view(bytes.bindMemory(to: UInt8.self), in: self.pointer(.first)))
    }

    fileprivate static func view(
        _ bytes: UnsafeBufferPointer<UInt8>,
        in slot: OpaquePointer
    ) throws(MongoError) -> OpaquePointer {
        guard let base = bytes.baseAddress, bson_init_static(slot, base, bytes.count) else {
            throw MongoError(.invalidDocument, "libbson refuses a document of \(bytes.count) bytes")
        }
        return slot
    }

    private func pointer(_ slot: Slot) -> OpaquePointer {
        OpaquePointer(self.memory + slot.rawValue * Self.slotBytes)
    }
}

extension BSONDocument {
    /// Calls `body` with a `bson_t` in `slot` that views this document's bytes; valid only inside `body`.
    fileprivate func withView<Result>(
        in slot: OpaquePointer,
        _ body: (OpaquePointer) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        try self.bytes.withUnsafeBufferPointer { bytes throws(MongoError) in
            try body(try MongocArguments.view(bytes, in: slot))
        }
    }
}
