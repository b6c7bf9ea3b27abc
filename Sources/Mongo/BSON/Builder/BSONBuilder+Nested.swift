extension BSONBuilder {
    /// Appends a document that `body` fills.
    @inlinable
    public mutating func appendDocument(_ key: StaticString, _ body: (inout BSONBuilder) -> Void) {
        self.begin(.document, key)
        self.appendDocument(body)
    }

    /// Appends a document that `body` fills.
    @inlinable
    @_disfavoredOverload
    public mutating func appendDocument(_ key: String, _ body: (inout BSONBuilder) -> Void) {
        self.begin(.document, key)
        self.appendDocument(body)
    }

    /// Appends an array that `body` fills.
    @inlinable
    public mutating func appendArray(_ key: StaticString, _ body: (inout BSONArrayBuilder) -> Void) {
        self.begin(.array, key)
        self.appendArray(body)
    }

    /// Appends an array that `body` fills.
    @inlinable
    @_disfavoredOverload
    public mutating func appendArray(_ key: String, _ body: (inout BSONArrayBuilder) -> Void) {
        self.begin(.array, key)
        self.appendArray(body)
    }

    /// Fills the document that was begun.
    @inlinable
    mutating func appendDocument(_ body: (inout BSONBuilder) -> Void) {
        guard self.openNested() else { return }
        body(&self)
        self.closeNested()
    }

    /// Fills the array that was begun.
    @inlinable
    mutating func appendArray(_ body: (inout BSONArrayBuilder) -> Void) {
        guard self.openNested() else { return }
        // The builder moves into the array's, and back.
        var array = BSONArrayBuilder(consume self)
        body(&array)
        self = array.finish()
        self.closeNested()
    }

    /// Makes the document or array that was begun the innermost open one.
    ///
    /// - Returns: false after a fault.
    @inlinable
    mutating func openNested() -> Bool {
        guard self.level < BSONDocument.depthMax else {
            self.refuseDepth()
            return false
        }
        guard self.reserve(4) else { return false }
        self.memory.storeBytes(
            of: UInt32(truncatingIfNeeded: self.open),
            toByteOffset: self.count,
            as: UInt32.self
        )
        self.open = self.count
        self.count &+= 4
        self.level &+= 1
        self.levelMax = max(self.levelMax, self.level)
        return true
    }

    /// Ends the innermost open document or array; does nothing after a fault, which has closed all.
    @inlinable
    mutating func closeNested() {
        guard self.level > 0, self.reserve(1) else { return }
        self.memory.storeBytes(of: 0, toByteOffset: self.count, as: UInt8.self)
        self.count &+= 1
        self.level &-= 1
        let start = self.open
        self.open = Int(self.memory.loadUnaligned(fromByteOffset: start, as: UInt32.self))
        self.storeLength(at: start)
    }

    /// Writes the number of bytes from `start` on there.
    @inlinable
    func storeLength(at start: Int) {
        self.memory.storeBytes(
            of: UInt32(truncatingIfNeeded: self.count &- start).littleEndian,
            toByteOffset: start,
            as: UInt32.self
        )
    }

    @usableFromInline
    @inline(never)
    mutating func refuseDepth() {
        self.fail(BSONDamage.tooDeep.reason)
    }
}
